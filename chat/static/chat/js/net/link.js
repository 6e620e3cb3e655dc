// One socket that comes back by itself (C8). It knows hello, ping, bye and close
// codes; rooms and messages are other people's business.

/** @import { Clock, Frame, Hello } from "../core/types.js" */

import { backoff } from "../core/backoff.js";
import { decode, encode } from "../core/codec.js";

const PROTOCOL = "rai.v1.json";
const OPEN_WITHIN_MS = 10_000;
const PONG_WITHIN_MS = 5000;
const DEFAULT_HB_MS = 25_000;
/** Instead of a close code, where we closed. */
const GIVEN_UP = 0;
const OTHER_VERSION = 4504;

/**
 * @typedef {object} Events
 * @property {() => void} open The socket stands; hello is on its way.
 * @property {(hello: Hello) => void} ready
 * @property {(frame: Frame) => void} frame
 * @property {(code: number) => void} down A new attempt follows by itself. 0: our doing.
 * @property {(code: number) => void} over Closed for good.
 * @property {() => Record<string, number>} positions For the ping's audit.
 *
 * @typedef {"down" | "opening" | "open" | "ready" | "over"} State
 */

export class Link {
  #url;
  #clock;
  #random;
  #on;
  #tab;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {State} */
  #state = "down";
  #failures = 0;
  #ids = 0;
  #helloId = 0;
  #hbMs = DEFAULT_HB_MS;
  #heardAt = 0;
  /** @type {number | null} */
  #byeMs = null;
  /** @type {Map<string, () => void>} */
  #timers = new Map();

  /** @param {{ url: string, clock: Clock, random: () => number, tab: string, on: Events }} parts */
  constructor({ url, clock, random, tab, on }) {
    this.#url = url;
    this.#clock = clock;
    this.#random = random;
    this.#tab = tab;
    this.#on = on;
  }

  get isReady() {
    return this.#state === "ready";
  }

  get isOver() {
    return this.#state === "over";
  }

  /** Connect now, whatever was waiting. */
  connect() {
    const wasUp = this.#state === "open" || this.#state === "ready";
    if (this.#socket) this.#abandon();
    if (wasUp) this.#on.down(GIVEN_UP);
    this.#timers.get("retry")?.();
    this.#state = "opening";
    const socket = new WebSocket(this.#url, PROTOCOL);
    this.#socket = socket;
    // A late event of a socket we gave up must not touch its successor (C7).
    /** @param {() => void} run */
    const mine = (run) => () => {
      if (this.#socket === socket) run();
    };
    socket.onopen = mine(() => this.#opened());
    socket.onmessage = (event) => {
      if (this.#socket === socket) this.#heard(event.data);
    };
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#closed(event.code);
    };
    this.#after("open", OPEN_WITHIN_MS, () => this.#fail());
  }

  /** Give this socket up and come back at once: new cookie, or no answers. */
  restart() {
    this.#failures = 0;
    this.connect();
  }

  /** The page is seen again, or the network is back. */
  wake() {
    if (this.#state === "over") return;
    if (this.#state === "down") {
      this.restart();
    } else if (this.#state === "ready") {
      // Sleep kills connections without a word: an answer proves this one lives.
      this.#ping();
      this.#after("proof", PONG_WITHIN_MS, () => this.#fail());
    }
  }

  /**
   * Write one frame.
   *
   * @param {Record<string, unknown>} frame Without an id.
   * @returns {number} The id it went out with; 0 when there is no socket.
   */
  send(frame) {
    if (this.#state !== "open" && this.#state !== "ready") return 0;
    const id = ++this.#ids;
    this.#socket?.send(encode({ ...frame, id }));
    return id;
  }

  // Internal

  #opened() {
    this.#state = "open";
    this.#byeMs = null;
    this.#helloId = this.send({ t: "hello", v: 1, tab: this.#tab, caps: [] });
    this.#on.open();
  }

  /** @param {unknown} data */
  #heard(data) {
    this.#heardAt = this.#clock.now();
    this.#timers.get("proof")?.();
    const frame = typeof data === "string" ? decode(data) : null;
    if (frame?.t === "hello") {
      this.#greeted(frame);
    } else if (frame?.t === "err" && frame.id === this.#helloId) {
      if (frame.code === "unsupported_version") this.#closed(OTHER_VERSION);
      else this.#fail();
    } else if (frame?.t === "bye") {
      this.#byeMs = frame.retry_ms;
    } else if (frame) {
      this.#on.frame(frame);
    }
  }

  /** @param {Hello} hello */
  #greeted(hello) {
    this.#state = "ready";
    this.#failures = 0;
    this.#hbMs = hello.hb || DEFAULT_HB_MS;
    this.#timers.get("open")?.();
    this.#beat();
    this.#watch();
    this.#on.ready(hello);
  }

  #beat() {
    // ± 20 %, so that the pings of many pages spread out.
    const pause = this.#hbMs * (0.8 + 0.4 * this.#random());
    this.#after("beat", pause, () => {
      this.#ping();
      this.#beat();
    });
  }

  #watch() {
    this.#after("watch", this.#hbMs / 2, () => {
      if (this.#clock.now() - this.#heardAt > 2.5 * this.#hbMs) this.#fail();
      else this.#watch();
    });
  }

  #ping() {
    this.send({ t: "ping", pos: this.#on.positions() });
  }

  /** @param {number} code */
  #closed(code) {
    this.#abandon();
    if (code >= 4500 && code <= 4999) {
      this.#state = "over";
      this.#on.over(code);
    } else {
      this.#retry(code);
    }
  }

  #fail() {
    this.#abandon();
    this.#retry(GIVEN_UP);
  }

  /** @param {number} code */
  #retry(code) {
    const wait = this.#byeMs ?? backoff(this.#failures, this.#random());
    this.#failures += 1;
    this.#byeMs = null;
    this.#state = "down";
    this.#after("retry", wait, () => this.connect());
    this.#on.down(code);
  }

  #abandon() {
    const socket = this.#socket;
    this.#socket = null;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    socket?.close();
  }

  /** @param {string} name @param {number} ms @param {() => void} run */
  #after(name, ms, run) {
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#clock.after(ms, run));
  }
}
