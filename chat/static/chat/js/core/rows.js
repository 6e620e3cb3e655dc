// From a room and an outbox to the rows of the log: days, groups, own words on the way.

/** @import { Entry } from "./outbox.js" */
/** @import { Room } from "./room.js" */
/** @import { By, Msg } from "./types.js" */

import { dayOf } from "./days.js";
import { ordered } from "./room.js";

/**
 * @typedef {object} MessageRow
 * @property {"message"} kind
 * @property {string} key The same while the row is the same to a reader, from the
 *   first echo of one's own words to the stored message.
 * @property {string} id Empty until stored.
 * @property {string} nonce
 * @property {number} seq
 * @property {number} v
 * @property {number} at
 * @property {By} by
 * @property {string} body
 * @property {boolean} edited
 * @property {"author" | "mod" | ""} deleted
 * @property {boolean} mine
 * @property {"queued" | "flying" | "stored" | "failed"} state
 * @property {string} pending Nonce of the outbox entry behind the state.
 * @property {string} code
 * @property {number} since When the state began.
 * @property {number} due Not sent again before this.
 * @property {boolean} first Of a group.
 * @property {boolean} last The newest of one's own.
 *
 * @typedef {{ kind: "day", key: string, day: string }} DayRow
 * @typedef {MessageRow | DayRow} Row
 *
 * @typedef {{ from: number, to: number }} Span Of seqs, both inclusive.
 */

const GROUP_MS = 5 * 60_000;

/**
 * @param {{ room: Room, box: Entry[], me: By | null, span: Span }} view
 * @returns {Row[]}
 */
export function rowsOf({ room, box, me, span }) {
  const changes = latestChanges(box);
  const stored = ordered(room)
    .filter((m) => m.seq >= span.from && m.seq <= span.to)
    .map((m) => storedRow(m, me, changes.get(m.id)));
  const echoes = span.to === Infinity && me ? echoRows(box, me, room) : [];
  return withDays(grouped([...stored, ...echoes].sort(bySeq)));
}

/** @param {MessageRow} a @param {MessageRow} b */
function bySeq(a, b) {
  return a.seq === b.seq ? 0 : a.seq - b.seq;
}

/** The last edit or delete on the way, for each message. @param {Entry[]} box */
function latestChanges(box) {
  return new Map(box.filter((e) => e.op !== "send").map((e) => [e.m, e]));
}

/** @param {Msg} m @param {By | null} me @param {Entry | undefined} change @returns {MessageRow} */
function storedRow(m, me, change) {
  const mine = m.by.id === me?.id;
  return {
    ...blank(m.by, m.at),
    key: mine ? `n:${m.nonce}` : m.id,
    id: m.id,
    nonce: m.nonce,
    seq: m.seq,
    v: m.v,
    mine,
    body: change?.op === "edit" ? change.body : m.body,
    edited: m.ed !== undefined || change?.op === "edit",
    deleted: m.del ?? (change?.op === "del" && change.state !== "failed" ? "author" : ""),
    ...(change && change.op === "edit" ? progress(change) : {}),
  };
}

/** @param {Entry[]} box @param {By} me @param {Room} room @returns {MessageRow[]} */
function echoRows(box, me, room) {
  const known = new Set([...room.msgs.values()].map((m) => m.nonce));
  return box
    .filter((e) => e.op === "send" && !known.has(e.nonce))
    .map((e) => ({
      ...blank(me, e.ack?.at ?? e.at),
      key: `n:${e.nonce}`,
      nonce: e.nonce,
      seq: e.ack?.seq ?? Infinity,
      mine: true,
      body: e.body,
      ...progress(e),
    }));
}

/** @param {By} by @param {number} at @returns {MessageRow} */
function blank(by, at) {
  return {
    kind: "message",
    key: "",
    id: "",
    nonce: "",
    seq: 0,
    v: 0,
    at,
    by,
    body: "",
    edited: false,
    deleted: "",
    mine: false,
    state: "stored",
    pending: "",
    code: "",
    since: 0,
    due: 0,
    first: true,
    last: false,
  };
}

/** @param {Entry} e */
function progress(e) {
  return { state: e.state, pending: e.nonce, code: e.code ?? "", since: e.since, due: e.due };
}

/** @param {MessageRow[]} rows @returns {MessageRow[]} */
function grouped(rows) {
  const newest = rows.findLastIndex((row) => row.mine && row.state === "stored");
  return rows.map((row, i) => ({
    ...row,
    first: !continues(rows[i - 1], row),
    last: i === newest,
  }));
}

/** @param {MessageRow | undefined} before @param {MessageRow} row */
function continues(before, row) {
  return (
    before !== undefined &&
    before.by.id === row.by.id &&
    before.by.name === row.by.name &&
    row.at - before.at <= GROUP_MS &&
    dayOf(before.at) === dayOf(row.at)
  );
}

/** @param {MessageRow[]} rows @returns {Row[]} */
function withDays(rows) {
  let day = "";
  return rows.flatMap((row) => {
    const its = dayOf(row.at);
    if (its === day) return [row];
    day = its;
    return [/** @type {Row} */ ({ kind: "day", key: `d:${its}`, day: its }), row];
  });
}
