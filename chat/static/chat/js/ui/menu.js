// What can be done with a message: one menu, for mouse, touch and keyboard alike.

import { find } from "./dom.js";

const HOLD_MS = 450;
const KEYS = new Map([
  ["c", "copiar"],
  ["e", "editar"],
  ["Delete", "apagar"],
]);

/** Emits `copiar`, `editar`, `apagar`, `repetir`, `descartar`, all with {article}. */
export class MessageMenu extends EventTarget {
  #log;
  #menu = find(document, "#menu", HTMLElement);
  /** @type {HTMLElement | null} */
  #article = null;
  #hold = 0;

  /** @param {HTMLElement} log */
  constructor(log) {
    super();
    this.#log = log;
    log.addEventListener("click", (event) => this.#clicked(event));
    log.addEventListener("keydown", (event) => this.#key(event));
    log.addEventListener("pointerdown", (event) => this.#pressed(event));
    for (const end of ["pointerup", "pointercancel", "pointermove"]) {
      log.addEventListener(end, () => clearTimeout(this.#hold), { passive: true });
    }
    this.#menu.addEventListener("click", (event) => this.#chosen(event.target));
    this.#menu.addEventListener("keydown", (event) => this.#walk(event));
    this.#menu.addEventListener("toggle", () => this.#toggled());
  }

  // Opening

  /** @param {Event} event */
  #clicked(event) {
    const button = closest(event.target, "button[data-acao]");
    const article = closest(event.target, "article");
    if (!button || !article) return;
    if (button.dataset.acao === "menu") this.#open(article, button);
    else this.#emit(button.dataset.acao ?? "", article);
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    clearTimeout(this.#hold);
    const article = closest(event.target, "article");
    if (event.pointerType !== "touch" || !article) return;
    this.#hold = setTimeout(() => this.#open(article, article), HOLD_MS);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const article = closest(event.target, "article");
    if (!article || event.target !== article || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = KEYS.get(event.key);
    if (event.key === "Enter") {
      event.preventDefault();
      this.#open(article, article);
    } else if (action && this.#offers(article, action)) {
      event.preventDefault();
      this.#emit(action, article);
    }
  }

  /** @param {HTMLElement} article @param {HTMLElement} near */
  #open(article, near) {
    if (!article.id || article.dataset.apagada) return;
    this.#article = article;
    for (const item of this.#items()) item.hidden = !this.#offers(article, item.dataset.acao ?? "");
    this.#menu.showPopover();
    if (matchMedia("(hover: hover)").matches) this.#place(near);
    article.querySelector('[data-acao="menu"]')?.setAttribute("aria-expanded", "true");
    this.#shown()[0]?.focus();
  }

  /** @param {HTMLElement} near */
  #place(near) {
    const at = near.getBoundingClientRect();
    const size = this.#menu.getBoundingClientRect();
    const below = at.bottom + 4 + size.height <= innerHeight;
    const top = below ? at.bottom + 4 : Math.max(4, at.top - size.height - 4);
    const left = Math.max(4, Math.min(at.right - size.width, innerWidth - size.width - 4));
    this.#menu.style.top = `${top}px`;
    this.#menu.style.left = `${left}px`;
  }

  // In the menu

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const items = this.#shown();
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = new Map([
      ["ArrowDown", (at + 1) % items.length],
      ["ArrowUp", (at - 1 + items.length) % items.length],
      ["Home", 0],
      ["End", items.length - 1],
    ]).get(event.key);
    if (event.key === "Tab") this.#menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items[to]?.focus();
  }

  /** @param {EventTarget | null} target */
  #chosen(target) {
    const action = closest(target, "[data-acao]")?.dataset.acao;
    const article = this.#article;
    if (!action || !article) return;
    this.#menu.hidePopover();
    article.focus({ preventScroll: true });
    this.#emit(action, article);
  }

  #toggled() {
    if (this.#menu.matches(":popover-open")) return;
    this.#article?.querySelector('[data-acao="menu"]')?.setAttribute("aria-expanded", "false");
    // Back to the message, unless an action has moved the focus on.
    if (document.activeElement === document.body) this.#article?.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} article @param {string} action */
  #offers(article, action) {
    const own = action === "editar" || action === "apagar";
    const open = article.dataset.estado === "gravada" && !article.dataset.apagada;
    return open && (!own || article.dataset.de === "minha");
  }

  #items() {
    return /** @type {HTMLElement[]} */ ([...this.#menu.querySelectorAll("[data-acao]")]);
  }

  #shown() {
    return this.#items().filter((item) => !item.hidden);
  }

  /** @param {string} type @param {HTMLElement} article */
  #emit(type, article) {
    this.dispatchEvent(new CustomEvent(type, { detail: { article } }));
  }
}

/** @param {EventTarget | null} target @param {string} selector @returns {HTMLElement | null} */
function closest(target, selector) {
  return target instanceof Element ? target.closest(selector) : null;
}
