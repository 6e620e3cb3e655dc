import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./vectors.js";

const box = await load("core/outbox.js");
const { apply, emptyRoom } = await load("core/room.js");

const NOW = 1_795_331_000_000;
const say = (nonce, more = {}) =>
  box.entry({ nonce, op: "send", slug: "cozinha", body: `texto ${nonce}`, now: NOW, ...more });
const full = (...entries) => entries.reduce(box.add, []);
const nonces = (entries) => entries.map((e) => e.nonce);
const states = (entries) => entries.map((e) => e.state);

const msg = (nonce, v) => ({
  k: "msg", id: `m${v}`, v, seq: v, at: NOW, body: "oi", nonce, by: { id: "u1", name: "Ana", mark: "" },
});
const ev = (...c) => ({ t: "ev", room: "r7", pv: c[0].v - 1, v: c.at(-1).v, tok: "a", c });
const stored = (v) => ({ ack: { id: `m${v}`, seq: v, v, at: NOW } });

test("messages leave in the order they were written", () => {
  const written = full(say("a"), say("b"), say("c"));

  assert.deepEqual(nonces(box.ready(written, NOW, 16)), ["a", "b", "c"]);
});

test("no more are under way at a time than the server allows", () => {
  const written = box.sent(full(say("a"), say("b"), say("c")), ["a"], NOW);

  assert.deepEqual(nonces(box.ready(written, NOW, 2)), ["b"]);
});

test("a message told to wait is not overtaken by the next", () => {
  const sent = box.sent(full(say("a"), say("b")), ["a", "b"], NOW);
  const first = box.refused(sent, "a", { code: "rate_limited", retry: 1500 }, NOW);
  const both = box.refused(first, "b", { code: "blocked", retry: 1000 }, NOW);

  assert.deepEqual(nonces(box.ready(both, NOW + 1499, 16)), []);
  assert.deepEqual(nonces(box.ready(both, NOW + 1500, 16)), ["a", "b"]);
  assert.equal(box.nextDue(both), NOW + 1500);
});

test("a delete that can still be undone holds no message back", () => {
  const del = box.entry({ nonce: "d", op: "del", slug: "cozinha", m: "m1", now: NOW, due: NOW + 5000 });
  const written = full(del, say("a"));

  assert.deepEqual(nonces(box.ready(written, NOW, 16)), ["a"]);
  assert.deepEqual(nonces(box.ready(written, NOW + 5000, 16)), ["d", "a"]);
});

test("two changes of one message keep their order", () => {
  const edit = (nonce, due) =>
    box.entry({ nonce, op: "edit", slug: "cozinha", m: "m1", body: nonce, now: NOW, due });

  assert.deepEqual(nonces(box.ready(full(edit("x", NOW + 1), edit("y", 0)), NOW, 16)), []);
});

test("when the link breaks, what was under way waits for the next one", () => {
  const sent = box.sent(full(say("a"), say("b")), ["a"], NOW);

  assert.deepEqual(nonces(box.ready(box.lost(sent, NOW), NOW, 16)), ["a", "b"]);
});

test("an unknown outcome is tried again with the same nonce, never called failed", () => {
  const sent = box.sent(full(say("a")), ["a"], NOW);
  const after = box.refused(sent, "a", { code: "unknown_outcome" }, NOW);

  assert.deepEqual(states(after), ["queued"]);
  assert.deepEqual(nonces(box.ready(after, NOW + 1000, 16)), ["a"]);
});

for (const code of ["forbidden", "too_large", "nonce_conflict", "not_found", "bad_frame"]) {
  test(`${code} is final, and lets the next message pass`, () => {
    const sent = box.sent(full(say("a"), say("b")), ["a"], NOW);
    const after = box.refused(sent, "a", { code }, NOW);

    assert.deepEqual(states(after), ["failed", "queued"]);
    assert.deepEqual(nonces(box.ready(after, NOW, 16)), ["b"]);
  });
}

test("after a day of trying a message is said to have failed", () => {
  const late = NOW + 86_400_001;
  const after = box.refused(full(say("a")), "a", { code: "busy" }, late);

  assert.deepEqual(states(after), ["failed"]);
  assert.deepEqual(nonces(box.ready(box.again(after, "a", late), late, 16)), ["a"]);
});

test("C6: ok first, then ev: the echo stays until the room shows the message", () => {
  const acked = box.acked(full(say("a")), "a", stored(1), NOW);
  const room = apply(emptyRoom(), ev(msg("a", 1)));

  assert.equal(box.settled(acked, emptyRoom()), acked);
  assert.deepEqual(box.settled(acked, room), []);
});

test("C6: ev first, then ok: one message, and the late ok finds nothing to do", () => {
  const room = apply(emptyRoom(), ev(msg("a", 1)));
  const left = box.settled(box.sent(full(say("a")), ["a"], NOW), room);

  assert.deepEqual(left, []);
  assert.deepEqual(box.acked(left, "a", stored(1), NOW), []);
});

test("an echo whose message was purged meanwhile goes with the version that tells", () => {
  const acked = box.acked(full(say("a")), "a", stored(1), NOW);
  const room = { ...emptyRoom(), pos: 2 };

  assert.deepEqual(box.settled(acked, room), []);
});

test("an edit is done when the room is at its version", () => {
  const edit = box.entry({ nonce: "e", op: "edit", slug: "cozinha", m: "m1", body: "novo", now: NOW });
  const acked = box.acked([edit], "e", { v: 7 }, NOW);

  assert.deepEqual(box.settled(acked, { ...emptyRoom(), pos: 6 }), acked);
  assert.deepEqual(box.settled(acked, { ...emptyRoom(), pos: 7 }), []);
});

test("the same nonce is in the outbox once", () => {
  assert.equal(full(say("a"), say("a")).length, 1);
});
