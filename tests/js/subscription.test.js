import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { FakeClock, FakeSocket } from "./doubles.js";
import { load } from "./vectors.js";

const { Link } = await load("net/link.js");
const { Subscription } = await load("net/subscription.js");
const { emptyRoom } = await load("core/room.js");

let clock;
let link;
let sub;
let told;

const by = { id: "u2", name: "Bia", mark: "c3d4" };
const msg = (n) => ({ k: "msg", id: `m${n}`, v: n, seq: n, at: n, by, body: `texto ${n}`, nonce: `nonce-${n}` });
const tok = (v) => String(v).padStart(8, "0");
const ev = (v) => ({ t: "ev", room: "r7", pv: v - 1, v, tok: tok(v), c: [msg(v)] });
const page = (id, from, to, more = {}) => {
  const c = Array.from({ length: to - from }, (_, i) => msg(from + 1 + i));
  return { t: "sync", id, room: "r7", mode: "delta", from, to, tok: tok(to), c, more: false, ...more };
};
const shown = () => [...sub.room.msgs.keys()];

function open({ ref, room = emptyRoom() }) {
  FakeSocket.all = [];
  globalThis.WebSocket = FakeSocket;
  told = [];
  clock = new FakeClock();
  link = new Link({
    url: "ws://x/ws/v1",
    clock,
    random: () => 0.5,
    tab: "k3",
    on: {
      open: () => sub.start(),
      ready: () => {},
      frame: (frame) => sub.take(frame),
      down: () => {},
      over: () => {},
      positions: () => sub.positions(),
    },
  });
  sub = new Subscription({
    link,
    slug: "cozinha",
    ref,
    room,
    clock,
    on: {
      change: () => told.push("change"),
      live: () => told.push("live"),
      end: (code) => told.push(code),
    },
  });
  link.connect();
  FakeSocket.last.greet();
}

const subId = () => FakeSocket.last.of("sub")[0].id;

beforeEach(() => open({ ref: "r7", room: { ...emptyRoom(), pos: 3, tok: tok(3) } }));

test("it asks for the room from where the page stands, without waiting for hello", () => {
  assert.deepEqual(FakeSocket.last.sent.map((f) => f.t), ["hello", "sub"]);
  assert.deepEqual(FakeSocket.last.of("sub")[0].since, [3, tok(3)]);
});

test("caught up after the last page, not before", () => {
  FakeSocket.last.say(page(subId(), 3, 4, { more: true }));
  assert.ok(!told.includes("live"));
  FakeSocket.last.say(page(subId(), 4, 5));

  assert.ok(told.includes("live"));
  assert.deepEqual(shown(), ["m4", "m5"]);
});

test("a hole asks for one sync, however many frames follow it", () => {
  FakeSocket.last.say(page(subId(), 3, 3));
  for (const v of [5, 6, 7]) FakeSocket.last.say(ev(v));
  const [sync, ...more] = FakeSocket.last.of("sync");

  assert.deepEqual([sync.room, sync.since], ["r7", [3, tok(3)]]);
  assert.deepEqual(more, []);
  FakeSocket.last.say(page(sync.id, 3, 5));
  assert.deepEqual(shown(), ["m4", "m5", "m6", "m7"]);
});

test("a pong that names the room asks for a sync", () => {
  FakeSocket.last.say(page(subId(), 3, 3));
  FakeSocket.last.say({ t: "pong", id: 9, now: 0, fix: ["r7"] });

  assert.equal(FakeSocket.last.of("sync").length, 1);
});

test("frames of other rooms are not ours", () => {
  FakeSocket.last.say({ ...ev(4), room: "r8" });

  assert.deepEqual(shown(), []);
});

test("after a break it goes on from the last version it folded", () => {
  FakeSocket.last.say(page(subId(), 3, 5));
  link.restart();
  FakeSocket.last.greet();

  assert.deepEqual(FakeSocket.last.of("sub")[0].since, [5, tok(5)]);
});

test("a room not yet born is asked for by name, and comes when it is", () => {
  open({ ref: null });
  const [{ name, id }] = FakeSocket.last.of("sub");
  FakeSocket.last.say({ t: "ok", id, waiting: true });
  assert.deepEqual([name, sub.ref, told], ["cozinha", null, ["live"]]);

  FakeSocket.last.say(page(id, 0, 2, { name: "cozinha" }));
  FakeSocket.last.say(ev(3));
  assert.equal(sub.ref, "r7");
  assert.deepEqual(shown(), ["m1", "m2", "m3"]);
});

test("the answer to the first message may bring the room before the room comes", () => {
  open({ ref: null });
  const { id } = FakeSocket.last.of("sub")[0];
  FakeSocket.last.say({ t: "ok", id: 9, room: "r7", nonce: "n", m: { id: "m1", seq: 1, v: 1, at: 1 } });
  FakeSocket.last.say(page(id, 0, 1, { name: "cozinha" }));

  assert.deepEqual(shown(), ["m1"]);
});

test("history is asked for once at a time, and only where there is more", () => {
  const msgs = new Map([["m51", msg(51)]]);
  open({ ref: "r7", room: { ...emptyRoom(), pos: 51, tok: tok(51), low: 51, msgs } });

  assert.ok(sub.readOlder());
  assert.ok(!sub.readOlder());
  const [{ id, before }] = FakeSocket.last.of("hist");
  assert.equal(before, 51);
  FakeSocket.last.say({ t: "hist", id, room: "r7", msgs: [msg(50)], at_v: 51, more: false });
  assert.deepEqual(shown().sort(), ["m50", "m51"]);
  assert.ok(!sub.readOlder());
});

test("a refused history request can be made again", () => {
  const msgs = new Map([["m51", msg(51)]]);
  open({ ref: "r7", room: { ...emptyRoom(), pos: 51, tok: tok(51), low: 51, msgs } });
  sub.readOlder();
  FakeSocket.last.say({ t: "err", id: FakeSocket.last.of("hist")[0].id, code: "rate_limited", msg: "" });

  assert.ok(sub.readOlder());
});

test("C5: a page of history that was asked for before a window is dropped", () => {
  const msgs = new Map([["m51", msg(51)]]);
  open({ ref: "r7", room: { ...emptyRoom(), pos: 51, tok: tok(51), low: 51, msgs } });
  sub.readOlder();
  const { id } = FakeSocket.last.of("hist")[0];
  FakeSocket.last.say({ ...page(subId(), 0, 2), mode: "window" });
  FakeSocket.last.say({ t: "hist", id, room: "r7", msgs: [msg(50)], at_v: 51, more: false });

  assert.deepEqual(shown(), ["m1", "m2"]);
});

test("the end of a room is told, and so is one that may not be entered", () => {
  FakeSocket.last.say({ t: "end", room: "r7", code: "forbidden" });
  FakeSocket.last.say({ t: "err", id: subId(), code: "not_found", msg: "" });

  assert.deepEqual(told, ["forbidden", "not_found"]);
});

test("a room that is refused for now is asked for again, when the server says", () => {
  FakeSocket.last.say({ t: "err", id: subId(), code: "rate_limited", msg: "", retry: 700 });
  assert.equal(FakeSocket.last.of("sub").length, 1);
  clock.pass(700);

  assert.equal(FakeSocket.last.of("sub").length, 2);
  assert.deepEqual(told, []);
});

test("a hole that could not be filled for now is asked for again", () => {
  FakeSocket.last.say(ev(9));
  const { id } = FakeSocket.last.of("sync")[0];
  FakeSocket.last.say({ t: "err", id, code: "busy", msg: "" });
  clock.pass(2000);

  assert.equal(FakeSocket.last.of("sync").length, 2);
});
