// The nickname form: where the box will be, or over it when the name is changed.

/** @import { By, Texts } from "../core/types.js" */

import { fill } from "../core/texts.js";
import { find, part, say } from "./dom.js";

/** Emits `apelido` {nickname} and `desistir`. */
export class NicknameForm extends EventTarget {
  #form = part("apelido", HTMLFormElement);
  #input = find(this.#form, 'input[name="apelido"]', HTMLInputElement);
  #error = find(this.#form, "#apelido-erro", HTMLElement);
  #send = find(this.#form, 'button[type="submit"]', HTMLButtonElement);
  #cancel = find(this.#form, '[data-acao="desistir"]', HTMLButtonElement);
  #texts;

  /** @param {Texts} texts @param {string} remembered */
  constructor(texts, remembered) {
    super();
    this.#texts = texts;
    if (remembered && this.isShown) this.#input.value = remembered;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.#cancel.hidden) this.#emit("desistir");
    });
    this.#cancel.addEventListener("click", () => this.#emit("desistir"));
  }

  get isShown() {
    return !this.#form.hidden;
  }

  /** What the server wants to see with the request. */
  get token() {
    return find(this.#form, 'input[name="csrfmiddlewaretoken"]', HTMLInputElement).value;
  }

  get url() {
    return this.#form.action;
  }

  /** @param {By | null} me Whose name to change; null: none yet. */
  open(me) {
    this.#form.hidden = false;
    this.#cancel.hidden = !me;
    if (me) this.#input.value = me.name;
    say(this.#send, me ? this.#texts.trocar : this.#texts.comecar);
    this.refuse("", "");
    this.select();
  }

  close() {
    this.#form.hidden = true;
    this.#busy(false);
  }

  select() {
    this.#input.focus({ preventScroll: true });
    this.#input.select();
  }

  /** @param {string} message @param {string} suggestion */
  refuse(message, suggestion) {
    this.#busy(false);
    say(this.#error, suggestion ? fill(this.#texts.tomado, { x: suggestion }) : message);
    this.#input.toggleAttribute("aria-invalid", Boolean(message));
    if (suggestion) this.#input.value = suggestion;
    if (message) this.select();
  }

  // Internal

  #submit() {
    const nickname = this.#input.value.trim();
    if (!nickname) return this.select();
    this.#busy(true);
    this.#emit("apelido", { nickname });
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.#form.setAttribute("aria-busy", String(busy));
    this.#send.disabled = busy;
  }

  /** @param {string} type @param {object} [detail] */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
