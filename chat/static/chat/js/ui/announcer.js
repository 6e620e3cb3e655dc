// What screen readers hear of arrivals. The visible list is not live: a live list
// reads loaded history aloud.

/** @import { Room } from "../core/room.js" */
/** @import { Msg, Texts } from "../core/types.js" */

import { count, fill } from "../core/texts.js";
import { part } from "./dom.js";

const GATHER_MS = 2000;
const TOO_MANY = 3;
const KEPT = 20;

export class Announcer {
  #log = part("locutor");
  #alert = part("alerta");
  #texts;
  /** @type {Msg[]} */
  #waiting = [];
  #timer = 0;

  /** @param {Texts} texts */
  constructor(texts) {
    this.#texts = texts;
  }

  /** Live arrivals of others. @param {Msg[]} messages */
  arrived(messages) {
    if (!messages.length) return;
    this.#waiting.push(...messages);
    this.#timer ||= setTimeout(() => this.#speak(), GATHER_MS);
  }

  /** What was taken back is not to be found here either. @param {Room} room */
  forget(room) {
    this.#waiting = this.#waiting.filter((m) => isReadable(room, m.id));
    for (const line of this.#log.querySelectorAll("[data-m]")) {
      if (!isReadable(room, line.getAttribute("data-m") ?? "")) line.remove();
    }
  }

  /** @param {string} text */
  alert(text) {
    this.#alert.textContent = text;
  }

  #speak() {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#timer = 0;
    if (waiting.length > TOO_MANY) {
      this.#log.append(paragraph(count(this.#texts, "novas", waiting.length)));
    } else {
      for (const m of waiting) {
        const line = paragraph(fill(this.#texts.diz, { nome: m.by.name, texto: m.body }));
        line.dataset.m = m.id;
        this.#log.append(line);
      }
    }
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild?.remove();
  }
}

/** @param {string} text */
function paragraph(text) {
  const node = document.createElement("p");
  node.textContent = text;
  return node;
}

/** @param {Room} room @param {string} id */
function isReadable(room, id) {
  const message = room.msgs.get(id);
  return message !== undefined && !message.del;
}
