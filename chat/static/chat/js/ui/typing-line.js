// "Fulana está digitando": shown below the log, never announced.

/** @import { By, Texts } from "../core/types.js" */
/** @import { Typists } from "../core/typing.js" */

import { heard, SAY_EVERY_MS, stillTyping, stopped, typingLine } from "../core/typing.js";
import { part, say } from "./dom.js";

/** Silence after the last key that ends it. */
const IDLE_MS = 5000;

export class TypingLine {
  #names = part("digitando");
  #dots = /** @type {HTMLElement} */ (this.#names.previousElementSibling);
  #texts;
  #say;
  /** @type {Typists} */
  #typists = new Map();
  #timer = 0;
  #saidAt = 0;
  #keyAt = 0;

  /** @param {Texts} texts @param {() => void} say Tells the others that we type. */
  constructor(texts, say) {
    this.#texts = texts;
    this.#say = say;
  }

  /** @param {By} by */
  heard(by) {
    this.#typists = heard(this.#typists, by, Date.now());
    this.#draw();
  }

  /** Their message is here. @param {string} id */
  stopped(id) {
    this.#typists = stopped(this.#typists, id);
    this.#draw();
  }

  /** A key of ours. */
  key() {
    const now = Date.now();
    if (now - this.#keyAt > IDLE_MS) this.#saidAt = 0;
    this.#keyAt = now;
    if (now - this.#saidAt < SAY_EVERY_MS) return;
    this.#saidAt = now;
    this.#say();
  }

  /** We sent it, or gave it up. */
  rest() {
    this.#saidAt = 0;
  }

  #draw() {
    const now = Date.now();
    this.#typists = stillTyping(this.#typists, now);
    const line = typingLine(this.#typists, this.#texts);
    say(this.#names, line);
    this.#dots.hidden = !line;
    clearTimeout(this.#timer);
    const ends = [...this.#typists.values()].map((t) => t.until);
    if (ends.length) this.#timer = setTimeout(() => this.#draw(), Math.min(...ends) - now + 10);
  }
}
