// A word in passing, with at most one thing to do about it.

import { find, part, say, slot } from "./dom.js";

const SHOWN_MS = 5000;

export class Toast {
  #box = part("torrada");
  #button = find(this.#box, "button", HTMLButtonElement);
  #status = part("situacao");
  #timer = 0;
  /** @type {() => void} */
  #act = () => {};

  constructor() {
    this.#button.addEventListener("click", () => {
      this.#hide();
      this.#act();
    });
  }

  /** @param {string} text @param {string} [button] @param {() => void} [act] */
  show(text, button = "", act = () => {}) {
    clearTimeout(this.#timer);
    this.#act = act;
    say(slot(this.#box, "texto"), text);
    say(this.#button, button);
    this.#button.hidden = !button;
    this.#box.hidden = false;
    say(this.#status, text);
    this.#timer = setTimeout(() => this.#hide(), SHOWN_MS);
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#box.hidden = true;
  }
}
