// The box one writes in. It is never disabled by the network.

/** @import { Limits, Texts } from "../core/types.js" */

import { graphemes } from "../core/people.js";
import { fill } from "../core/texts.js";
import { find, part, say, slot } from "./dom.js";

const DRAFT_MS = 400;
const WARN_BELOW = 400;

/**
 * Emits `escrever` {body, editing}, `rascunho` {text}, `digitar`, `parar`,
 * `editar-ultima` and `desistir`.
 */
export class Composer extends EventTarget {
  #form = part("caixa", HTMLFormElement);
  #box = find(this.#form, "textarea", HTMLTextAreaElement);
  #editBar = part("edicao");
  #left = slot(part("dica"), "restam");
  #texts;
  /** @type {Limits} */
  #limits;
  /** @type {string} The message being edited. */
  #editing = "";
  #draft = "";
  #unsaved = false;
  #timer = 0;

  /** @param {Texts} texts @param {Limits} limits @param {string} draft */
  constructor(texts, limits, draft) {
    super();
    this.#texts = texts;
    this.#limits = limits;
    // What was typed before this script came is newer than the draft.
    if (!this.#box.value) this.#box.value = draft;
    this.#listen();
    this.#changed();
  }

  get isShown() {
    return !this.#form.hidden;
  }

  /** @param {boolean} shown */
  show(shown) {
    this.#form.hidden = !shown;
    part("dica").hidden = !shown;
  }

  /** What stands in the box, unless it is an edit. */
  get text() {
    return this.#editing ? this.#draft : this.#box.value;
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  /** @param {string} id @param {string} body */
  edit(id, body) {
    if (!this.#editing) this.#draft = this.#box.value;
    this.#editing = id;
    this.#editBar.hidden = false;
    this.#write(body);
    this.focus();
  }

  /** @returns {boolean} Whether there was an edit to leave. */
  stopEditing() {
    if (!this.#editing) return false;
    this.#editing = "";
    this.#editBar.hidden = true;
    this.#write(this.#draft);
    this.focus();
    return true;
  }

  /** A letter typed elsewhere belongs here. @param {string} letter */
  type(letter) {
    this.focus();
    this.#box.setRangeText(letter, this.#box.selectionStart, this.#box.selectionEnd, "end");
    this.#changed();
  }

  // Internal

  #listen() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // A press on the button must not take the focus, or the phone's keyboard closes.
    const button = find(this.#form, "button", HTMLButtonElement);
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("input", () => this.#changed(true));
    this.#box.addEventListener("blur", () => this.#emit("parar"));
    addEventListener("pagehide", () => this.#save());
    find(this.#editBar, "button").addEventListener("click", () => this.stopEditing());
    const touch = !enterSends();
    if (touch) this.#box.enterKeyHint = "enter";
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Half a word of an input method is no message; 229 is how Safari says so.
    if (event.isComposing || event.keyCode === 229) return;
    const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key === "Enter" && plain && enterSends()) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" && plain && !this.#box.value && !this.#editing) {
      event.preventDefault();
      this.#emit("editar-ultima");
    } else if (event.key === "Escape" && this.stopEditing()) {
      event.stopPropagation();
    }
  }

  #submit() {
    const body = this.#box.value;
    if (!body.trim() || this.#excess() > 0) {
      this.focus();
      return;
    }
    const editing = this.#editing;
    if (editing) this.stopEditing();
    else this.#write("");
    this.#emit("escrever", { body, editing });
    this.#emit("parar");
  }

  /** @param {string} text */
  #write(text) {
    this.#box.value = text;
    this.#box.setSelectionRange(text.length, text.length);
    this.#changed();
  }

  #changed(byHand = false) {
    this.#count();
    this.#grow();
    if (byHand) this.#emit(this.#box.value ? "digitar" : "parar");
    if (this.#editing) return;
    clearTimeout(this.#timer);
    this.#unsaved = byHand;
    if (byHand) this.#timer = setTimeout(() => this.#save(), DRAFT_MS);
  }

  /** Tell of the draft: after a pause in typing, or because the page goes now. */
  #save() {
    const text = this.#editing ? this.#draft : this.#box.value;
    if (this.#unsaved) this.#emit("rascunho", { text });
    this.#unsaved = false;
  }

  #count() {
    const left = this.#limits.body - this.#length();
    const over = this.#excess();
    const near = left < WARN_BELOW || over > 0;
    this.#left.toggleAttribute("data-restam", near);
    this.#left.toggleAttribute("data-excesso", over > 0);
    const sentence = over > 0 ? this.#texts.excesso : this.#texts.restam;
    say(this.#left, near ? fill(sentence, { n: over > 0 ? over : left }) : "");
  }

  /** Graphemes; counted exactly only where it may matter. */
  #length() {
    const text = this.#box.value;
    return text.length < this.#limits.body - WARN_BELOW ? text.length : graphemes(text).length;
  }

  #excess() {
    const bytes = new TextEncoder().encode(this.#box.value).length;
    const over = Math.ceil((bytes - this.#limits.bytes) / 4);
    return Math.max(this.#length() - this.#limits.body, over);
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.blockSize = "auto";
    this.#box.style.blockSize = `${this.#box.scrollHeight}px`;
  }

  /** @param {string} type @param {object} [detail] */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function enterSends() {
  return matchMedia("(hover: hover) and (pointer: fine)").matches;
}
