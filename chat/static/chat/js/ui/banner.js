// The strip above the log: how the link is doing, said only when it matters.

/** @import { Texts } from "../core/types.js" */

import { count } from "../core/texts.js";
import { find, part, say, slot } from "./dom.js";

const QUIET_MS = 2000;
const BACK_MS = 4000;

const ICONS = { religando: "i-rotate-cw", "sem-rede": "i-wifi-off", volta: "i-check", fim: "i-x" };

/** Emits `tentar` and `recarregar`. */
export class Banner extends EventTarget {
  #strip = part("faixa");
  #button = find(this.#strip, "button", HTMLButtonElement);
  #light = part("conexao");
  #status = part("situacao");
  #texts;
  #timer = 0;
  /** The link broke, and it may not be worth a word. */
  #isQuiet = false;
  #action = "tentar";

  /** @param {Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#button.addEventListener("click", () => {
      this.dispatchEvent(new CustomEvent(this.#action));
    });
    this.#lit("ligando", texts.ligando);
  }

  /** The link is gone: a word only if it stays so. */
  down() {
    this.#lit("ligando", this.#texts.ligando);
    if (!navigator.onLine) {
      this.#show("sem-rede", this.#texts.sem_rede);
    } else if (!this.#strip.hidden && this.#strip.dataset.tipo !== "volta") {
      this.#reconnecting();
    } else if (!this.#isQuiet) {
      this.#isQuiet = true;
      this.#later(QUIET_MS, () => this.#reconnecting());
    }
  }

  #reconnecting() {
    this.#show("religando", this.#texts.religando, this.#texts.tentar);
  }

  /** The link stands. */
  up() {
    this.#lit("ligada", this.#texts.ligada);
    if (this.#isQuiet || this.#strip.dataset.tipo === "fim") this.#hide();
  }

  /** All caught up. @param {number} missed Messages of others that came meanwhile. */
  back(missed) {
    const wasSaid = !this.#strip.hidden;
    this.#hide();
    if (!missed || !wasSaid) return;
    this.#show("volta", count(this.#texts, "de_volta", missed));
    this.#later(BACK_MS, () => this.#hide());
  }

  /** @param {string} text @param {"tentar" | "recarregar" | ""} action */
  over(text, action) {
    this.#lit("falhou", text);
    this.#show("fim", text, action ? this.#texts[action] : "");
    this.#action = action || "tentar";
  }

  // Internal

  /** @param {keyof typeof ICONS} kind @param {string} text @param {string} [button] */
  #show(kind, text, button = "") {
    clearTimeout(this.#timer);
    this.#isQuiet = false;
    this.#action = "tentar";
    this.#strip.dataset.tipo = kind;
    this.#strip.hidden = false;
    find(this.#strip, "use").setAttribute("href", `#${ICONS[kind]}`);
    say(slot(this.#strip, "texto"), text);
    say(this.#button, button);
    this.#button.hidden = !button;
    say(this.#status, text);
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#isQuiet = false;
    this.#strip.hidden = true;
    say(this.#status, "");
  }

  /** @param {string} state @param {string} text */
  #lit(state, text) {
    this.#light.dataset.estado = state;
    this.#light.title = text;
  }

  /** @param {number} ms @param {() => void} run */
  #later(ms, run) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, ms);
  }
}
