// What this browser has written and the server has not yet confirmed. Pure: a list
// goes in, a list comes out; net/drain.js does the sending and the storing.

/** @import { Room } from "./room.js" */
/** @import { Stored } from "./types.js" */

/**
 * @typedef {object} Entry
 * @property {string} nonce Made before the first attempt; never changes.
 * @property {"send" | "edit" | "del"} op
 * @property {string} slug The room's name; its reference may not exist yet.
 * @property {string} body
 * @property {string} m The message, for edit and del.
 * @property {number} at When it was written, epoch ms.
 * @property {number} due Not before this, epoch ms.
 * @property {"queued" | "flying" | "stored" | "failed"} state
 * @property {number} since When the state began, epoch ms.
 * @property {string} [code] Why it failed, or what it waits for.
 * @property {Stored} [ack]
 * @property {number} [v] Version of an acked edit or delete.
 */

const DAY_MS = 86_400_000;
const RETRY_MS = 1000;

/** Refusals after which the same frame may succeed. */
const PASSING = new Set([
  "rate_limited",
  "slow_mode",
  "blocked",
  "busy",
  "unknown_outcome",
  "readonly",
  "internal",
  "auth_required",
  "auth_expired",
]);

/** Whether the very same request may succeed later. @param {string} code */
export function isPassing(code) {
  return PASSING.has(code);
}

/**
 * @param {{ nonce: string, op: Entry["op"], slug: string, body?: string, m?: string, now: number, due?: number }} what
 * @returns {Entry}
 */
export function entry({ nonce, op, slug, body = "", m = "", now, due = 0 }) {
  return { nonce, op, slug, body, m, at: now, due, state: "queued", since: now };
}

/** @param {Entry[]} box @param {Entry} added @returns {Entry[]} */
export function add(box, added) {
  return box.some((e) => e.nonce === added.nonce) ? box : [...box, added];
}

/** @param {Entry[]} box @param {string} nonce @returns {Entry[]} */
export function drop(box, nonce) {
  return box.filter((e) => e.nonce !== nonce);
}

/**
 * What may leave now, in order: messages never overtake one another, nor do two
 * changes of one message.
 *
 * @param {Entry[]} box
 * @param {number} now
 * @param {number} flight How many may be unanswered at a time.
 * @returns {Entry[]}
 */
export function ready(box, now, flight) {
  const stopped = new Set();
  const leaving = [];
  let flying = box.filter((e) => e.state === "flying").length;
  for (const e of box) {
    const lane = e.op === "send" ? "send" : e.m;
    if (e.state !== "queued" || stopped.has(lane)) continue;
    if (e.due > now || flying >= flight) {
      stopped.add(lane);
    } else {
      leaving.push(e);
      flying += 1;
    }
  }
  return leaving;
}

/** When `ready` may next have more to give, epoch ms. @param {Entry[]} box */
export function nextDue(box) {
  const dues = box.filter((e) => e.state === "queued" && e.due).map((e) => e.due);
  return dues.length ? Math.min(...dues) : null;
}

/** @param {Entry[]} box @param {string[]} nonces @param {number} now */
export function sent(box, nonces, now) {
  return changed(box, new Set(nonces), { state: "flying", since: now });
}

/** @param {Entry[]} box @param {string} nonce @param {{ ack?: Stored, v?: number }} answer @param {number} now */
export function acked(box, nonce, answer, now) {
  return changed(box, new Set([nonce]), { ...answer, state: "stored", since: now });
}

/**
 * A refusal: passing ones wait and go again with the same nonce, others are final.
 *
 * @param {Entry[]} box
 * @param {string} nonce
 * @param {{ code: string, retry?: number }} error
 * @param {number} now
 */
export function refused(box, nonce, { code, retry }, now) {
  const old = box.find((e) => e.nonce === nonce);
  const passing = isPassing(code) && old !== undefined && now - old.at < DAY_MS;
  const due = now + (retry ?? RETRY_MS);
  /** @type {Partial<Entry>} */
  const change = passing
    ? // One that only waits for another must not wait longer than it.
      { state: "queued", code, due: code === "blocked" ? 0 : due }
    : { state: "failed", code, due: 0 };
  return changed(box, new Set([nonce]), { ...change, since: now });
}

/** Answers will not come any more. @param {Entry[]} box @param {number} now */
export function lost(box, now) {
  const flying = box.filter((e) => e.state === "flying").map((e) => e.nonce);
  return changed(box, new Set(flying), { state: "queued", due: 0, since: now });
}

/** @param {Entry[]} box @param {string} nonce @param {number} now */
export function again(box, nonce, now) {
  return changed(box, new Set([nonce]), { state: "queued", due: 0, at: now, since: now });
}

/**
 * Let go of what the room itself shows by now, whichever of `ok` and `ev` came
 * first (C6).
 *
 * @param {Entry[]} box
 * @param {Room} room
 * @returns {Entry[]} The same list when nothing was let go.
 */
export function settled(box, room) {
  if (!box.length) return box;
  const there = new Set([...room.msgs.values()].map((m) => m.nonce));
  const left = box.filter((e) => !isShown(e, room, there));
  return left.length === box.length ? box : left;
}

/** @param {Entry} e @param {Room} room @param {Set<string>} nonces */
function isShown(e, room, nonces) {
  if (e.op === "send" && nonces.has(e.nonce)) return true;
  if (e.state !== "stored") return false;
  const v = e.ack?.v ?? e.v ?? 0;
  return room.pos >= v;
}

/** @param {Entry[]} box @param {Set<string>} nonces @param {Partial<Entry>} change */
function changed(box, nonces, change) {
  return box.map((e) => (nonces.has(e.nonce) ? { ...e, ...change } : e));
}
