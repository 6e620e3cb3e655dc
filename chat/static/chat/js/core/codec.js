// Text of the socket to frames and back. What is not a frame of ours is no frame.

/** @import { Change, Frame } from "./types.js" */

/** @typedef {Record<string, unknown>} Bag */

/** @param {unknown} x @returns {x is number} */
const whole = (x) => Number.isSafeInteger(x) && /** @type {number} */ (x) >= 0;
/** @param {unknown} x @returns {x is string} */
const text = (x) => typeof x === "string";
/** @param {unknown} x @returns {x is Bag} */
const bag = (x) => typeof x === "object" && x !== null && !Array.isArray(x);
/** @param {unknown} x */
const yes = (x) => typeof x === "boolean";
/** @param {unknown} x */
const by = (x) => bag(x) && text(x.id) && text(x.name) && text(x.mark);

/** @type {Record<string, (c: Bag) => boolean>} */
const CHANGES = {
  msg: (c) =>
    text(c.id) &&
    whole(c.v) &&
    whole(c.seq) &&
    whole(c.at) &&
    by(c.by) &&
    text(c.body) &&
    text(c.nonce),
  gone: (c) => text(c.of) && text(c.id) && whole(c.v),
  room: (c) => text(c.id) && text(c.name) && text(c.shown) && whole(c.v),
  member: (c) => text(c.id) && text(c.name) && whole(c.v),
};

/** @type {Record<string, (f: Bag) => boolean>} */
const FRAMES = {
  ev: (f) =>
    text(f.room) && whole(f.pv) && whole(f.v) && text(f.tok) && Array.isArray(f.c),
  sync: (f) =>
    whole(f.id) &&
    text(f.room) &&
    (f.mode === "delta" || f.mode === "window") &&
    whole(f.from) &&
    whole(f.to) &&
    text(f.tok) &&
    Array.isArray(f.c) &&
    yes(f.more),
  hist: (f) => whole(f.id) && text(f.room) && Array.isArray(f.msgs) && yes(f.more),
  ok: (f) => whole(f.id),
  err: (f) => whole(f.id) && text(f.code),
  hello: (f) => whole(f.v) && text(f.epoch) && whole(f.hb) && (f.user === null || by(f.user)),
  eph: (f) => text(f.room) && text(f.k) && by(f.by),
  end: (f) => text(f.room) && text(f.code),
  bye: (f) => whole(f.retry_ms),
  pong: (f) => Array.isArray(f.fix),
};

/**
 * Read one text message of the server.
 *
 * A change that cannot be read becomes `{k: "?"}`: it does nothing, but it does not
 * stop the cursor either (C3). An unknown `t`, or a broken frame, gives null.
 *
 * @param {string} data
 * @returns {Frame | null}
 */
export function decode(data) {
  const value = parse(data);
  if (!bag(value) || !fits(FRAMES, value.t, value)) return null;
  if (Array.isArray(value.c)) value.c = value.c.map(change);
  if (Array.isArray(value.msgs)) {
    value.msgs = value.msgs.map(change).filter((c) => c.k === "msg");
  }
  return /** @type {Frame} */ (/** @type {unknown} */ (value));
}

/** @param {object} frame @returns {string} */
export function encode(frame) {
  return JSON.stringify(frame);
}

/** @param {unknown} value @returns {Change} */
function change(value) {
  if (!bag(value) || !fits(CHANGES, value.k, value)) return { k: "?" };
  return /** @type {Change} */ (/** @type {unknown} */ (value));
}

/** @param {Record<string, (bag: Bag) => boolean>} shapes @param {unknown} name @param {Bag} value */
function fits(shapes, name, value) {
  const shape = text(name) && Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  return shape !== undefined && shape(value);
}

/** @param {string} data @returns {unknown} */
function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
