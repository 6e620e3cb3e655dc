// The log as a whole: rows, the part of them that is in the page, scroll and pill.

/** @import { Entry } from "../core/outbox.js" */
/** @import { Room } from "../core/room.js" */
/** @import { MessageRow, Span } from "../core/rows.js" */
/** @import { By, Msg, TextKey, Texts } from "../core/types.js" */

import { dayName, dayOf } from "../core/days.js";
import { ordered } from "../core/room.js";
import { rowsOf } from "../core/rows.js";
import { followed, newer, newest, older } from "../core/span.js";
import { count, fill } from "../core/texts.js";
import { part, say, slot } from "./dom.js";
import { MessageList } from "./message-list.js";
import { Scroll } from "./scroll.js";

/** Sending says so only when it takes longer than this. */
const PATIENCE_MS = 400;
/** Above this many drawings a second, they are gathered. */
const BUSY_PER_S = 20;
const GATHER_MS = 100;

/**
 * @typedef {object} View
 * @property {Room} room
 * @property {Entry[]} box
 * @property {By | null} me
 * @property {boolean} linked
 * @property {boolean} reading Whether older messages are on their way.
 */

/** Emits `antigas` when older messages are wanted. */
export class Log extends EventTarget {
  #texts;
  #view;
  #shown;
  #list;
  #scroll;
  #pill = part("pilula", HTMLButtonElement);
  #top = part("topo");
  /** @type {Span} */
  #span = { from: 0, to: Infinity };
  #seen = 0;
  #planned = false;
  #ticking = 0;
  /** @type {number[]} When we drew, in the last second. */
  #drawn = [];

  /** @param {{ texts: Texts, locale: string, shown: string, view: () => View }} parts */
  constructor({ texts, locale, shown, view }) {
    super();
    this.#texts = texts;
    this.#view = view;
    this.#shown = shown;
    const clock = new Intl.DateTimeFormat(locale, {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    this.#list = new MessageList(part("lista"), {
      time: (at) => clock.format(at),
      day: (day) => dayName(day, dayOf(Date.now()), locale, texts),
      note: (row) => this.#note(row),
    });
    this.#scroll = new Scroll(part("registro"), {
      top: () => this.#up(),
      bottom: () => this.#down(),
      pinned: () => this.#pinned(),
    });
    this.#pill.addEventListener("click", () => this.toEnd());
  }

  /** Take over what the server drew. @param {string} me @returns {Msg[]} */
  adopt(me) {
    const messages = this.#list.adopt(me);
    this.#seen = messages.at(-1)?.seq ?? 0;
    return messages;
  }

  /** Draw within this frame; at once where the page is hidden. */
  soon() {
    if (this.#planned) return;
    this.#planned = true;
    const now = performance.now();
    this.#drawn = this.#drawn.filter((at) => now - at < 1000);
    const run = () => this.draw();
    if (document.hidden) setTimeout(run, 0);
    else if (this.#drawn.length > BUSY_PER_S) setTimeout(run, GATHER_MS);
    else requestAnimationFrame(run);
  }

  /** Draw now. */
  draw() {
    this.#planned = false;
    this.#drawn.push(performance.now());
    const view = this.#view();
    if (this.#scroll.isPinned) {
      this.#span = followed(this.#span, this.#seqs());
      if (!document.hidden) this.#seen = this.#newestSeq();
    }
    const rows = rowsOf({ ...view, span: this.#span });
    this.#scroll.around(() => {
      part("vazio").hidden = rows.length > 0;
      part("lista").hidden = rows.length === 0;
      this.#list.draw(rows);
      this.#sayTop(view, rows.length > 0);
    });
    this.#drawPill();
    this.#tick(view.box.length > 0);
  }

  /** The room was thrown away and begun anew, or read upwards. @param {"anew" | "upwards"} how */
  reshape(how) {
    this.#span = how === "anew" ? newest(this.#seqs()) : older(this.#span, this.#seqs());
  }

  /** Show the end, as after writing. */
  jumpToEnd() {
    this.#span = newest(this.#seqs());
    this.draw();
    this.#scroll.toEnd();
  }

  /** Asked for by the pill or a key. */
  toEnd() {
    if (this.#span.to !== Infinity) this.jumpToEnd();
    else this.#scroll.glideToEnd();
  }

  get isPinned() {
    return this.#scroll.isPinned && this.#span.to === Infinity;
  }

  /** Midnight: "Hoje" is "Ontem" now. */
  renameDays() {
    this.#list.forgetDrawn();
    this.soon();
  }

  // Internal

  #seqs() {
    return ordered(this.#view().room).map((m) => m.seq);
  }

  #newestSeq() {
    return Math.max(this.#seen, this.#seqs().at(-1) ?? 0);
  }

  #up() {
    const seqs = this.#seqs();
    if (this.#span.from > (seqs[0] ?? 0)) {
      this.#span = older(this.#span, seqs);
      this.soon();
    } else if (this.#view().room.low) {
      this.dispatchEvent(new CustomEvent("antigas"));
    }
  }

  #down() {
    if (this.#span.to === Infinity) return;
    this.#span = newer(this.#span, this.#seqs());
    this.soon();
  }

  #pinned() {
    if (this.isPinned) this.#seen = this.#newestSeq();
    this.#drawPill();
  }

  #drawPill() {
    const { room, me } = this.#view();
    const unseen = [...room.msgs.values()].filter(
      (m) => m.seq > this.#seen && m.by.id !== me?.id && !m.del,
    ).length;
    const cut = this.#span.to !== Infinity;
    this.#pill.hidden = this.isPinned || (!unseen && !cut);
    const text = unseen ? count(this.#texts, "novas", unseen) : this.#texts.ir_ao_fim;
    say(slot(this.#pill, "texto"), text);
  }

  /** @param {View} view @param {boolean} some */
  #sayTop({ room, reading }, some) {
    this.#top.hidden = !some || (room.low > 0 && !reading);
    const start = fill(this.#texts.comeco, { sala: room.room?.shown ?? this.#shown });
    say(this.#top, reading ? this.#texts.antigas : start);
  }

  /** @param {MessageRow} row */
  #note(row) {
    const texts = this.#texts;
    switch (row.state) {
      case "failed":
        return reason(texts, row.code);
      case "queued":
        return this.#waiting(row);
      case "flying":
        return this.#patient(row);
      default:
        return "";
    }
  }

  /** @param {MessageRow} row */
  #waiting(row) {
    const wait = Math.ceil((row.due - Date.now()) / 1000);
    if (!this.#view().linked) return this.#texts.fila;
    return wait > 0 && row.code ? fill(this.#texts.espera, { n: wait }) : this.#patient(row);
  }

  /** @param {MessageRow} row */
  #patient(row) {
    return Date.now() - row.since > PATIENCE_MS ? this.#texts.enviando : "";
  }

  /** Notes grow old while something is under way. @param {boolean} busy */
  #tick(busy) {
    clearTimeout(this.#ticking);
    if (busy) this.#ticking = setTimeout(() => this.soon(), PATIENCE_MS + 20);
  }
}

/** @param {Texts} texts @param {string} code Of the wire. */
function reason(texts, code) {
  const key = `erro_${code}`;
  return Object.hasOwn(texts, key) ? texts[/** @type {TextKey} */ (key)] : texts.falhou;
}
