// What screen readers hear of arrivals. The visible list is not live: a live list
// reads loaded history aloud.

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

  /** @param {string} text */
  alert(text) {
    this.#alert.textContent = text;
  }

  #speak() {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#timer = 0;
    const lines =
      waiting.length > TOO_MANY
        ? [count(this.#texts, "novas", waiting.length)]
        : waiting.map((m) => fill(this.#texts.diz, { nome: m.by.name, texto: m.body }));
    for (const line of lines) this.#log.append(paragraph(line));
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild?.remove();
  }
}

/** @param {string} text */
function paragraph(text) {
  const node = document.createElement("p");
  node.textContent = text;
  return node;
}
