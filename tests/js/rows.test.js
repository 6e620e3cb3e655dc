import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./vectors.js";

process.env.TZ = "America/Sao_Paulo";
const { rowsOf } = await load("core/rows.js");
const { emptyRoom } = await load("core/room.js");
const outbox = await load("core/outbox.js");

const ana = { id: "u1", name: "Ana", mark: "a1b2" };
const bia = { id: "u2", name: "Bia", mark: "c3d4" };
const MIN = 60_000;
const NOON = Date.parse("2026-11-22T12:00:00-03:00");
const ALL = { from: 0, to: Infinity };

const msg = (seq, by, at, more = {}) => [
  `m${seq}`,
  { k: "msg", id: `m${seq}`, v: seq, seq, at, by, body: `texto ${seq}`, nonce: `n${seq}`, ...more },
];
const room = (...msgs) => ({ ...emptyRoom(), msgs: new Map(msgs) });
const view = (msgs, more = {}) => rowsOf({ room: room(...msgs), box: [], me: null, span: ALL, ...more });
const words = (rows) => rows.filter((r) => r.kind === "message");

test("messages of one person within five minutes stand under one head", () => {
  const rows = words(view([msg(1, ana, NOON), msg(2, ana, NOON + 5 * MIN), msg(3, ana, NOON + 11 * MIN)]));

  assert.deepEqual(rows.map((r) => r.first), [true, false, true]);
});

test("another person in between opens a new group", () => {
  const rows = words(view([msg(1, ana, NOON), msg(2, bia, NOON), msg(3, ana, NOON)]));

  assert.deepEqual(rows.map((r) => r.first), [true, true, true]);
});

test("a new name opens a new group, and each message keeps the name it was sent with", () => {
  const renamed = { ...ana, name: "Aninha" };
  const rows = words(view([msg(1, ana, NOON), msg(2, renamed, NOON)]));

  assert.deepEqual(rows.map((r) => [r.by.name, r.first]), [["Ana", true], ["Aninha", true]]);
});

test("each local day begins with its divider", () => {
  const late = Date.parse("2026-11-22T23:59:00-03:00");
  const rows = view([msg(1, ana, late), msg(2, ana, late + 2 * MIN)]);

  assert.deepEqual(rows.map((r) => r.day ?? r.id), ["2026-11-22", "m1", "2026-11-23", "m2"]);
  assert.ok(rows[3].first);
});

test("messages stand by ordinal, not by clock or by order of arrival", () => {
  const rows = words(view([msg(2, bia, NOON - MIN), msg(1, ana, NOON)]));

  assert.deepEqual(rows.map((r) => r.seq), [1, 2]);
});

test("own words not yet stored stand last, in the order they were written", () => {
  const box = ["a", "b"].map((nonce) =>
    outbox.entry({ nonce, op: "send", slug: "s", body: nonce, now: NOON }),
  );
  const rows = words(view([msg(1, bia, NOON)], { box, me: ana }));

  assert.deepEqual(rows.map((r) => r.body), ["texto 1", "a", "b"]);
  assert.deepEqual(rows.map((r) => r.mine), [false, true, true]);
});

test("the row of an echo stays the same row when its message arrives", () => {
  const echo = outbox.entry({ nonce: "n2", op: "send", slug: "s", body: "oi", now: NOON });
  const before = words(view([], { box: [echo], me: ana }));
  const after = words(view([msg(2, ana, NOON)], { box: [echo], me: ana }));

  assert.deepEqual(before.map((r) => r.key), ["n:n2"]);
  assert.deepEqual(after.map((r) => r.key), ["n:n2"]);
});

test("an acked echo stands at its ordinal among what others wrote since", () => {
  const echo = outbox.entry({ nonce: "n2", op: "send", slug: "s", body: "oi", now: NOON });
  const box = outbox.acked([echo], "n2", { ack: { id: "m2", seq: 2, v: 2, at: NOON } }, NOON);
  const rows = words(view([msg(1, bia, NOON), msg(3, bia, NOON)], { box, me: ana }));

  assert.deepEqual(rows.map((r) => r.seq), [1, 2, 3]);
});

test("an edit on its way shows the new text and its state", () => {
  const box = [outbox.entry({ nonce: "e", op: "edit", slug: "s", m: "m1", body: "novo", now: NOON })];
  const [row] = words(view([msg(1, ana, NOON)], { box, me: ana }));

  assert.deepEqual([row.body, row.edited, row.state, row.pending], ["novo", true, "queued", "e"]);
});

test("a delete on its way shows the tombstone at once", () => {
  const box = [outbox.entry({ nonce: "d", op: "del", slug: "s", m: "m1", now: NOON })];
  const [row] = words(view([msg(1, ana, NOON)], { box, me: ana }));

  assert.equal(row.deleted, "author");
});

test("a refused delete gives the message back", () => {
  const del = outbox.entry({ nonce: "d", op: "del", slug: "s", m: "m1", now: NOON });
  const box = outbox.refused([del], "d", { code: "forbidden" }, NOON);
  const [row] = words(view([msg(1, ana, NOON)], { box, me: ana }));

  assert.equal(row.deleted, "");
});

test("only the newest own message is marked as the last", () => {
  const rows = words(view([msg(1, ana, NOON), msg(2, ana, NOON), msg(3, bia, NOON)], { me: ana }));

  assert.deepEqual(rows.map((r) => r.last), [false, true, false]);
});

test("while one reads above, echoes wait at the end", () => {
  const box = [outbox.entry({ nonce: "a", op: "send", slug: "s", body: "a", now: NOON })];
  const span = { from: 0, to: 1 };
  const rows = words(view([msg(1, bia, NOON), msg(2, bia, NOON)], { box, me: ana, span }));

  assert.deepEqual(rows.map((r) => r.seq), [1]);
});
