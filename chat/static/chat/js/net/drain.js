// Empties the outbox into the link, in order, from one tab at a time (C9).

/** @import { Entry } from "../core/outbox.js" */
/** @import { Room } from "../core/room.js" */
/** @import { Clock, Err, Frame, Ok } from "../core/types.js" */
/** @import { Link } from "./link.js" */
/** @import { Store } from "./store.js" */

import { acked, add, again, drop, isPassing, lost, nextDue, ready, refused, sent, settled } from "../core/outbox.js";

/** An answer that does not come within this time will not come: the link is dead. */
const ANSWER_WITHIN_MS = 8000;
/** Close code of a frame that was too big; not to be sent again. */
const TOO_BIG = 1009;

/**
 * @typedef {object} Parts
 * @property {Link} link
 * @property {Store} store
 * @property {Clock} clock
 * @property {LockManager | undefined} locks Missing in some browsers on plain http.
 * @property {BroadcastChannel | undefined} tabs
 * @property {string} slug
 * @property {string} shown The spelling that a new room will keep.
 * @property {() => string | null} ref
 * @property {() => boolean} maySend Whether the server knows who we are.
 * @property {(box: Entry[]) => void} onChange
 * @property {(error: Err, entry: Entry) => void} onRefusal
 */

export class Drain {
  #parts;
  /** @type {Entry[]} */
  #box = [];
  #flight = 16;
  #holds = false;
  /** @type {Map<number, string>} Frame id → nonce. */
  #asked = new Map();
  /** @type {(() => void) | null} */
  #alarm = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get box() {
    return this.#box;
  }

  /** Take up what earlier pages left. */
  async start() {
    const left = await this.#parts.store.all(this.#parts.slug);
    const now = this.#parts.clock.now();
    // What this page wrote while the disk was read comes after.
    this.#box = this.#box.reduce(add, lost(left, now));
    const { tabs } = this.#parts;
    if (tabs) tabs.onmessage = (event) => this.#hearTab(event.data);
    this.#lock({});
    this.#changed();
  }

  /** Write it down, show it, send it. @param {Entry} entry @returns {Promise<void>} */
  async add(entry) {
    this.#box = add(this.#box, entry);
    this.#parts.onChange(this.#box);
    await this.#keep(entry);
    this.#tell({ put: entry });
    // The tab one writes in is the one that sends: another may be asleep.
    if (!this.#holds) this.#lock({ steal: true });
    this.pump();
  }

  /** @param {string} nonce */
  retry(nonce) {
    this.#box = again(this.#box, nonce, this.#parts.clock.now());
    const entry = this.#box.find((e) => e.nonce === nonce);
    if (entry) this.#keep(entry);
    this.#changed();
  }

  /** @param {string} nonce */
  forget(nonce) {
    const held = this.#box.find((e) => e.nonce === nonce);
    this.#box = drop(this.#box, nonce);
    this.#parts.store.drop(nonce);
    this.#tell({ drop: nonce });
    this.#changed();
    if (held?.code && isPassing(held.code)) this.#giveUpPlace();
  }

  /** @param {number} flight */
  up(flight) {
    this.#flight = flight;
    this.pump();
  }

  /** @param {number} code Of the close. */
  down(code) {
    const now = this.#parts.clock.now();
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    if (code === TOO_BIG) {
      // The frame that broke the link would break the next one as well.
      for (const nonce of asked) this.#box = refused(this.#box, nonce, { code: "too_large" }, now);
    }
    this.#box = lost(this.#box, now);
    this.#parts.onChange(this.#box);
  }

  /** @param {Frame} frame */
  take(frame) {
    if (frame.t !== "ok" && frame.t !== "err") return;
    const nonce = this.#asked.get(frame.id);
    if (!nonce) return;
    this.#asked.delete(frame.id);
    if (frame.t === "ok") this.#stored(nonce, frame);
    else this.#refused(nonce, frame);
  }

  /** The room shows more than before: let go of what it shows. @param {Room} room */
  settle(room) {
    const left = settled(this.#box, room);
    if (left === this.#box) return;
    const kept = new Set(left.map((e) => e.nonce));
    for (const e of this.#box) if (!kept.has(e.nonce)) this.#parts.store.drop(e.nonce);
    this.#box = left;
    this.#changed();
  }

  /** Send what may be sent. */
  pump() {
    const { link, clock, maySend } = this.#parts;
    const now = clock.now();
    if (link.isReady && maySend() && this.#holds) {
      const leaving = ready(this.#box, now, this.#flight);
      for (const e of leaving) this.#asked.set(link.send(this.#frameOf(e)), e.nonce);
      if (leaving.length) {
        this.#box = sent(this.#box, leaving.map((e) => e.nonce), now);
        this.#parts.onChange(this.#box);
      }
    }
    this.#setAlarm(now);
  }

  // Internal

  /** @param {Entry} e */
  #frameOf(e) {
    const ref = this.#parts.ref();
    const { nonce, body, m } = e;
    switch (e.op) {
      case "send":
        return { t: "send", ...(ref ? { room: ref } : { name: this.#parts.shown }), nonce, body };
      case "edit":
        return { t: "edit", room: ref, m, body, nonce };
      default:
        return { t: "del", room: ref, m, nonce };
    }
  }

  /** @param {string} nonce @param {Ok} ok */
  #stored(nonce, ok) {
    // Stored over there: the text may be forgotten here.
    this.#parts.store.drop(nonce);
    const now = this.#parts.clock.now();
    this.#box = acked(this.#box, nonce, { ack: ok.m, v: ok.v }, now);
    this.#tell({ ack: nonce, m: ok.m, v: ok.v });
    this.#changed();
  }

  /** @param {string} nonce @param {Err} error */
  #refused(nonce, error) {
    this.#box = refused(this.#box, nonce, error, this.#parts.clock.now());
    const entry = this.#box.find((e) => e.nonce === nonce);
    if (entry?.state === "failed") this.#keep(entry);
    if (entry) this.#parts.onRefusal(error, entry);
    this.#changed();
    if (entry?.state !== "queued" && isPassing(error.code)) this.#giveUpPlace();
  }

  /** The server keeps the place of what it sent back for as long as this socket lives,
   * and lets nothing pass: what will not come again must take the socket with it. */
  #giveUpPlace() {
    if (this.#parts.link.isReady) this.#parts.link.restart();
  }

  #changed() {
    this.#parts.onChange(this.#box);
    this.pump();
  }

  /** @param {number} now */
  #setAlarm(now) {
    this.#alarm?.();
    const flying = this.#box.filter((e) => e.state === "flying" && this.#asks(e.nonce));
    const late = flying.map((e) => e.since + ANSWER_WITHIN_MS);
    const next = Math.min(...late, nextDue(this.#box) ?? Infinity);
    if (next === Infinity || !this.#parts.link.isReady) return;
    const overdue = Math.min(...late) <= now;
    if (overdue) {
      this.#parts.link.restart();
    } else {
      this.#alarm = this.#parts.clock.after(Math.max(50, next - now), () => this.pump());
    }
  }

  /** @param {string} nonce */
  #asks(nonce) {
    return [...this.#asked.values()].includes(nonce);
  }

  /** @param {Entry} entry */
  async #keep(entry) {
    try {
      await this.#parts.store.put(entry);
    } catch {
      // A full disk must not keep a message from leaving.
    }
  }

  /** @param {LockOptions} options */
  #lock(options) {
    const { locks, slug } = this.#parts;
    if (!locks) {
      this.#holds = true;
      return;
    }
    locks
      .request(`rai-outbox-${slug}`, options, () => this.#held())
      .catch(() => {
        // Another tab took it, because somebody writes there.
        this.#holds = false;
        this.#lock({});
      });
  }

  /** @returns {Promise<never>} Kept until the page goes. */
  #held() {
    this.#holds = true;
    this.pump();
    return new Promise(() => {});
  }

  /** @param {{ put?: Entry, drop?: string, ack?: string, m?: Ok["m"], v?: number }} word */
  #hearTab(word) {
    const now = this.#parts.clock.now();
    if (word.put) this.#box = add(this.#box, word.put);
    if (word.drop) this.#box = drop(this.#box, word.drop);
    if (word.ack) this.#box = acked(this.#box, word.ack, { ack: word.m, v: word.v }, now);
    this.#changed();
  }

  /** @param {object} word */
  #tell(word) {
    this.#parts.tabs?.postMessage(word);
  }
}
