// One room on the link: subscribe, follow, notice holes, read upwards.

/** @import { Room } from "../core/room.js" */
/** @import { Clock, Err, Frame, Hist, Ok, Sync } from "../core/types.js" */
/** @import { Link } from "./link.js" */

import { isPassing } from "../core/outbox.js";
import { apply, askingNoMore, asking, isBehind } from "../core/room.js";

const PAGE = 50;
/** Wait before asking again where the server names no time. */
const RETRY_MS = 2000;

/**
 * @typedef {object} Events
 * @property {(room: Room, before: Room, cause: Frame) => void} change
 * @property {() => void} live All caught up.
 * @property {(code: string) => void} end
 */

export class Subscription {
  #link;
  #slug;
  #clock;
  #on;
  #ref;
  /** @type {Room} */
  #room;
  #subId = 0;
  #syncId = 0;
  #histId = 0;

  /** @param {{ link: Link, slug: string, ref: string | null, room: Room, clock: Clock, on: Events }} parts */
  constructor({ link, slug, ref, room, clock, on }) {
    this.#clock = clock;
    this.#link = link;
    this.#slug = slug;
    this.#ref = ref;
    this.#room = room;
    this.#on = on;
  }

  get room() {
    return this.#room;
  }

  /** Null until the room's first message is stored. */
  get ref() {
    return this.#ref;
  }

  get isReading() {
    return this.#histId > 0;
  }

  /** The socket stands: ask for the room, from where we are. */
  start() {
    this.#syncId = this.#histId = 0;
    this.#room = askingNoMore({ ...this.#room, held: [] });
    const { pos, tok } = this.#room;
    const where = this.#ref ? { room: this.#ref } : { name: this.#slug };
    const since = this.#ref && tok ? { since: [pos, tok] } : {};
    this.#subId = this.#link.send({ t: "sub", ...where, ...since });
  }

  positions() {
    return this.#ref ? { [this.#ref]: this.#room.pos } : {};
  }

  /** Ask for older messages; false when it cannot be done now. */
  readOlder() {
    if (!this.#ref || this.#histId || !this.#room.low) return false;
    const ask = { t: "hist", room: this.#ref, before: this.#room.low, limit: PAGE };
    this.#histId = this.#link.send(ask);
    if (this.#histId) this.#room = asking(this.#room);
    return this.#histId > 0;
  }

  /** Shed what is above the page's reach. @param {Room} room */
  replace(room) {
    this.#room = room;
  }

  /** @param {Frame} frame */
  take(frame) {
    switch (frame.t) {
      case "ev":
        if (frame.room === this.#ref) this.#apply(frame);
        break;
      case "sync":
        this.#synced(frame);
        break;
      case "hist":
        this.#read(frame);
        break;
      case "ok":
        this.#born(frame);
        break;
      case "pong":
        if (this.#ref && frame.fix.includes(this.#ref)) this.#sync();
        break;
      case "end":
        if (frame.room === this.#ref) this.#on.end(frame.code);
        break;
      case "err":
        this.#refused(frame);
        break;
      default:
        break;
    }
  }

  // Internal

  /** @param {Sync} page */
  #synced(page) {
    if (page.id === this.#subId) this.#ref = page.room;
    if (page.room !== this.#ref) return;
    if (page.mode === "window") this.#histId = 0;
    this.#apply(page);
    if (page.more) return;
    if (page.id === this.#syncId) this.#syncId = 0;
    if (!isBehind(this.#room)) this.#on.live();
  }

  /** @param {Hist} page */
  #read(page) {
    if (page.id !== this.#histId) return;
    this.#histId = 0;
    this.#apply(page);
  }

  /** The first message made the room: its reference comes with the answer.
   * @param {Ok} ok */
  #born(ok) {
    if (!this.#ref && ok.room && ok.m) this.#ref = ok.room;
    else if (ok.id === this.#subId && ok.waiting) this.#on.live();
  }

  /** @param {Frame} frame */
  #apply(frame) {
    const before = this.#room;
    this.#room = apply(before, frame);
    if (isBehind(this.#room)) this.#sync();
    if (this.#room !== before) this.#on.change(this.#room, before, frame);
  }

  #sync() {
    if (!this.#ref || this.#syncId) return;
    const since = [this.#room.pos, this.#room.tok];
    this.#syncId = this.#link.send({ t: "sync", room: this.#ref, since });
  }

  /** @param {Err} error */
  #refused({ id, code, retry }) {
    const again = isPassing(code);
    if (id === this.#subId) {
      if (again) this.#clock.after(retry ?? RETRY_MS, () => this.#subId === id && this.start());
      else this.#on.end(code);
    }
    if (id === this.#syncId) {
      this.#syncId = 0;
      if (again) this.#clock.after(retry ?? RETRY_MS, () => isBehind(this.#room) && this.#sync());
    }
    if (id === this.#histId) {
      this.#histId = 0;
      this.#room = askingNoMore(this.#room);
    }
  }
}
