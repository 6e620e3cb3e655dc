// The fold: a room as this page holds it, and what each frame does to it.
// The rules C1 to C7 are those of docs/protocol.md; tests/vectors/fold.json holds
// this file and the server's chat/core/fold.py to the same answers.

/** @import { Change, Ev, Frame, Hist, Member, Msg, RoomInfo, Sync } from "./types.js" */

/**
 * @typedef {object} Room
 * @property {number} pos Version up to which everything is folded in.
 * @property {string} tok Proof that `pos` is of this history.
 * @property {number} low Messages with a smaller seq are not loaded; 0: none is missing.
 * @property {Map<string, Msg>} msgs
 * @property {RoomInfo | null} room
 * @property {Map<string, Member>} members
 * @property {Map<string, number>} gone Objects that are no more → version of that.
 * @property {Ev[]} held Frames beyond a hole; a sync is due while there are any (C1).
 * @property {number} asks History requests under way.
 * @property {Msg[]} later Changes to messages that such a request may bring (C4).
 */

const MAX_HELD = 256;

/** @returns {Room} */
export function emptyRoom() {
  return {
    pos: 0,
    tok: "",
    low: 0,
    msgs: new Map(),
    room: null,
    members: new Map(),
    gone: new Map(),
    held: [],
    asks: 0,
    later: [],
  };
}

/**
 * Fold one server frame into a room. Pure; a repeated frame changes nothing.
 *
 * @param {Room} room
 * @param {Frame} frame
 * @returns {Room} The same object when nothing changed.
 */
export function apply(room, frame) {
  switch (frame.t) {
    case "ev":
      return onEv(room, frame);
    case "sync":
      return onSync(room, frame);
    case "hist":
      return onHist(room, frame);
    default:
      return room;
  }
}

/** A page of history was asked for: keep what it may bring in an older state (C4).
 * @param {Room} room @returns {Room} */
export function asking(room) {
  return { ...room, asks: room.asks + 1 };
}

/** The page will not come (the link broke). @param {Room} room @returns {Room} */
export function askingNoMore(room) {
  return room.asks ? { ...room, asks: 0, later: [] } : room;
}

/** Whether there is a hole that only a sync fills. @param {Room} room */
export function isBehind(room) {
  return room.held.length > 0;
}

/** Messages in their order. @param {Room} room @returns {Msg[]} */
export function ordered(room) {
  return [...room.msgs.values()].sort((a, b) => a.seq - b.seq);
}

/** Forget the oldest messages beyond `keep`. @param {Room} room @param {number} keep */
export function trimmed(room, keep) {
  if (room.msgs.size <= keep) return room;
  const kept = ordered(room).slice(-keep);
  return { ...room, low: kept[0]?.seq ?? 0, msgs: new Map(kept.map((m) => [m.id, m])) };
}

/** @param {Room} room @param {Ev} ev @returns {Room} */
function onEv(room, ev) {
  if (ev.v <= room.pos) return room;
  if (ev.pv > room.pos) return hold(room, ev);
  return folded({ ...room, pos: ev.v, tok: ev.tok }, ev.c);
}

/** @param {Room} room @param {Ev} ev @returns {Room} */
function hold(room, ev) {
  // Beyond the bound the sync brings them all the same; one is enough to know.
  const held = room.held.length < MAX_HELD ? room.held : [];
  return { ...room, held: [...held, ev] };
}

/** @param {Room} room @param {Sync} page @returns {Room} */
function onSync(room, page) {
  if (page.mode === "delta" && (page.to < room.pos || page.from > room.pos)) return room;
  const base = page.mode === "window" ? windowed(room, page) : room;
  const next = folded({ ...base, pos: page.to, tok: page.tok, held: [] }, page.c);
  return room.held.reduce(onEv, next);
}

/** The room starts anew (C5). @param {Room} room @param {Sync} page @returns {Room} */
function windowed(room, page) {
  const seqs = page.c.flatMap((c) => (c.k === "msg" ? [c.seq] : []));
  const lowest = seqs.length ? Math.min(...seqs) : 0;
  const low = (page.older ?? lowest > 1) ? lowest : 0;
  return { ...emptyRoom(), low, held: room.held };
}

/** @param {Room} room @param {Hist} page @returns {Room} */
function onHist(room, page) {
  // A window came between question and answer: the page is of a room thrown away.
  if (!room.asks) return room;
  const lowest = page.msgs[0]?.seq ?? 0;
  const low = page.more ? Math.min(lowest, room.low) : 0;
  const asks = room.asks - 1;
  const open = folded({ ...room, low, asks }, page.msgs);
  return folded({ ...open, later: asks ? room.later : [] }, room.later);
}

/** @param {Room} room A fresh object, whose maps are still another's.
 * @param {Change[]} changes @returns {Room} */
function folded(room, changes) {
  const next = {
    ...room,
    msgs: new Map(room.msgs),
    members: new Map(room.members),
    gone: new Map(room.gone),
    later: [...room.later],
  };
  for (const change of changes) fold(next, change);
  return next;
}

/** @param {Room} room @param {Change} change */
function fold(room, change) {
  switch (change.k) {
    case "msg":
      foldMessage(room, change);
      break;
    case "gone":
      // References tell their sort: what is gone is in one of them at most.
      room.msgs.delete(change.id);
      room.members.delete(change.id);
      room.gone.set(change.id, Math.max(change.v, room.gone.get(change.id) ?? 0));
      break;
    case "room":
      if (change.v > (room.room?.v ?? 0)) room.room = change;
      break;
    case "member":
      foldMember(room, change);
      break;
    default:
      break;
  }
}

/** @param {Room} room @param {Member} member */
function foldMember(room, member) {
  const held = room.members.get(member.id);
  const newest = Math.max(held?.v ?? 0, room.gone.get(member.id) ?? 0);
  if (member.v > newest) room.members.set(member.id, member);
}

/** @param {Room} room @param {Msg} msg */
function foldMessage(room, msg) {
  const held = room.msgs.get(msg.id);
  const newest = Math.max(held?.v ?? 0, room.gone.get(msg.id) ?? 0);
  if (msg.v <= newest) return; // C2
  if (held || msg.seq >= room.low) {
    room.msgs.set(msg.id, msg);
  } else if (room.asks) {
    room.later.push(msg);
  }
}
