// The rows of the log in the page: each drawn once, changed where it changed.

/** @import { MessageRow, Row } from "../core/rows.js" */
/** @import { Msg } from "../core/types.js" */

import { find, mould, say, slot } from "./dom.js";
import { fillMessage, newMessage, readMessage } from "./message.js";

/**
 * @typedef {object} Words
 * @property {(at: number) => string} time
 * @property {(day: string) => string} day
 * @property {(row: MessageRow) => string} note
 */

export class MessageList {
  #list;
  #words;
  /** @type {Map<string, HTMLElement>} Row key → `li`. */
  #items = new Map();
  /** @type {Map<string, string>} Row key → what it shows. */
  #stamps = new Map();

  /** @param {HTMLElement} list @param {Words} words */
  constructor(list, words) {
    this.#list = list;
    this.#words = words;
  }

  /** Take over the rows that the server drew. @param {string} me Our id, or empty. */
  adopt(me) {
    /** @type {Msg[]} */
    const messages = [];
    for (const item of [...this.#list.children]) {
      const message = item instanceof HTMLElement ? readMessage(item) : null;
      if (!message) {
        item.remove();
      } else {
        const mine = message.by.id === me && message.nonce;
        this.#items.set(mine ? `n:${message.nonce}` : message.id, /** @type {HTMLElement} */ (item));
        messages.push(message);
      }
    }
    return messages;
  }

  /**
   * Make the page show these rows, touching only what differs.
   *
   * @param {Row[]} rows
   */
  draw(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, item] of this.#items) if (!keys.has(key)) this.#remove(key, item);
    let place = this.#list.firstElementChild;
    for (const row of rows) {
      const item = this.#items.get(row.key) ?? this.#create(row);
      this.#fill(item, row);
      if (item === place) place = place.nextElementSibling;
      else this.#list.insertBefore(item, place);
    }
  }

  /** Times and days anew: midnight passed. */
  forgetDrawn() {
    this.#stamps.clear();
  }

  /** @param {string} key @returns {HTMLElement | undefined} */
  itemOf(key) {
    return this.#items.get(key);
  }

  // Internal

  /** @param {Row} row */
  #create(row) {
    const item = row.kind === "day" ? mould("molde-dia") : newMessage();
    if (row.kind === "message") {
      find(item, "article", HTMLElement).classList.add("mensagem--nova");
    }
    this.#items.set(row.key, item);
    return item;
  }

  /** @param {HTMLElement} item @param {Row} row */
  #fill(item, row) {
    const words = row.kind === "day" ? this.#words.day(row.day) : this.#words.note(row);
    const stamp = `${words} ${JSON.stringify(row)}`;
    if (this.#stamps.get(row.key) === stamp) return;
    this.#stamps.set(row.key, stamp);
    if (row.kind === "day") say(slot(item, "dia"), words);
    else fillMessage(item, row, this.#words);
  }

  /** @param {string} key @param {HTMLElement} item */
  #remove(key, item) {
    item.remove();
    this.#items.delete(key);
    this.#stamps.delete(key);
  }
}
