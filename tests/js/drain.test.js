import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { FakeClock, FakeSocket, settle } from "./doubles.js";
import { load } from "./vectors.js";

const { Link } = await load("net/link.js");
const { Drain } = await load("net/drain.js");
const { entry } = await load("core/outbox.js");
const { emptyRoom } = await load("core/room.js");

let clock;
let link;
let drain;
let disk;
let known;
let locks;

/** Keeps what is put as a disk would: on it only when the promise is kept. */
const store = () => ({
  all: async () => [...disk.values()],
  put: async (e) => void disk.set(e.nonce, structuredClone(e)),
  drop: async (nonce) => void disk.delete(nonce),
});

const say = (nonce, body = nonce) =>
  drain.add(entry({ nonce, op: "send", slug: "cozinha", body, now: clock.now() }));
const sends = () => FakeSocket.last.of("send");
const stored = (nonce, v) => ({
  t: "ok",
  id: sends().find((f) => f.nonce === nonce).id,
  room: "r7",
  nonce,
  m: { id: `m${v}`, seq: v, v, at: 1 },
});

function page() {
  FakeSocket.all = [];
  globalThis.WebSocket = FakeSocket;
  known = true;
  link = new Link({
    url: "ws://x/ws/v1",
    clock,
    random: () => 0.5,
    tab: "k3",
    on: {
      open: () => {},
      ready: () => drain.up(16),
      frame: (frame) => drain.take(frame),
      down: (code) => drain.down(code),
      over: (code) => drain.down(code),
      positions: () => ({}),
    },
  });
  drain = new Drain({
    link,
    store: store(),
    clock,
    locks,
    tabs: undefined,
    slug: "cozinha",
    shown: "Cozinha",
    ref: () => "r7",
    maySend: () => known,
    onChange: () => {},
    onRefusal: () => {},
  });
  link.connect();
}

beforeEach(async () => {
  clock = new FakeClock();
  disk = new Map();
  locks = undefined;
  page();
  await drain.start();
});

test("a message is on disk before it is on the wire", async () => {
  FakeSocket.last.greet();
  const writing = say("a");

  assert.deepEqual(sends(), []);
  await writing;
  assert.ok(disk.has("a"));
  assert.deepEqual(sends().map((f) => f.body), ["a"]);
});

test("without a link messages wait, and leave in order when it stands", async () => {
  await say("a");
  await say("b");
  FakeSocket.last.greet();

  assert.deepEqual(sends().map((f) => f.nonce), ["a", "b"]);
});

test("acked means the disk may forget", async () => {
  FakeSocket.last.greet();
  await say("a");
  FakeSocket.last.say(stored("a", 1));
  await settle();

  assert.equal(disk.size, 0);
  assert.equal(drain.box[0].state, "stored");
});

test("a link that breaks before the answer sends the same nonce again", async () => {
  FakeSocket.last.greet();
  await say("a");
  FakeSocket.last.end(1006);
  clock.pass(1000);
  FakeSocket.last.greet();

  assert.deepEqual(sends().map((f) => f.nonce), ["a"]);
  assert.equal(FakeSocket.all.length, 2);
});

test("an answer that does not come in 8 s means a dead link", async () => {
  FakeSocket.last.greet();
  await say("a");
  clock.pass(8100);

  assert.equal(FakeSocket.all.length, 2);
  FakeSocket.last.greet();
  assert.deepEqual(sends().map((f) => f.nonce), ["a"]);
});

test("a reload finds what was not yet acked, and sends it", async () => {
  await say("a");
  await say("b");
  page();
  await drain.start();
  FakeSocket.last.greet();

  assert.deepEqual(sends().map((f) => f.nonce), ["a", "b"]);
});

test("a stranger's messages wait for a nickname", async () => {
  known = false;
  FakeSocket.last.greet(null);
  await say("a");
  assert.deepEqual(sends(), []);

  known = true;
  link.restart();
  FakeSocket.last.greet();
  assert.deepEqual(sends().map((f) => f.nonce), ["a"]);
});

test("rate limited: the same message again when it fits, then the next", async () => {
  FakeSocket.last.greet();
  await say("a");
  await say("b");
  const [a, b] = sends();
  FakeSocket.last.say({ t: "err", id: a.id, code: "rate_limited", msg: "", retry: 2000 });
  FakeSocket.last.say({ t: "err", id: b.id, code: "blocked", msg: "", retry: 1000 });
  clock.pass(1999);
  assert.equal(sends().length, 2);
  clock.pass(100);

  assert.deepEqual(sends().map((f) => f.nonce), ["a", "b", "a", "b"]);
});

test("what waits its turn and is discarded holds nobody up", async () => {
  FakeSocket.last.greet();
  await say("a");
  await say("b");
  const [a, b] = sends();
  FakeSocket.last.say({ t: "err", id: a.id, code: "rate_limited", msg: "", retry: 60_000 });
  FakeSocket.last.say({ t: "err", id: b.id, code: "blocked", msg: "", retry: 1000 });
  drain.forget("a");
  FakeSocket.last.greet();

  assert.equal(FakeSocket.all.length, 2);
  assert.deepEqual(sends().map((f) => f.nonce), ["b"]);
});

test("what is discarded in flight and then sent back holds nobody up either", async () => {
  FakeSocket.last.greet();
  await say("a");
  const [a] = sends();
  drain.forget("a");
  FakeSocket.last.say({ t: "err", id: a.id, code: "busy", msg: "", retry: 1000 });
  await say("b");
  FakeSocket.last.greet();

  assert.equal(FakeSocket.all.length, 2);
  assert.deepEqual(sends().map((f) => f.nonce), ["b"]);
});

test("a final refusal stays to be read, over a reload too", async () => {
  FakeSocket.last.greet();
  await say("a");
  FakeSocket.last.say({ t: "err", id: sends()[0].id, code: "too_large", msg: "" });
  await settle();
  page();
  await drain.start();
  FakeSocket.last.greet();

  assert.deepEqual(sends(), []);
  assert.deepEqual(drain.box.map((e) => [e.state, e.code]), [["failed", "too_large"]]);
});

test("what the room shows is let go, on disk too", async () => {
  FakeSocket.last.greet();
  await say("a");
  const msg = { k: "msg", id: "m1", v: 1, seq: 1, nonce: "a" };
  drain.settle({ ...emptyRoom(), pos: 1, msgs: new Map([["m1", msg]]) });
  await settle();

  assert.deepEqual(drain.box, []);
  assert.equal(disk.size, 0);
});

test("a full disk does not keep a message from leaving", async () => {
  disk.set = () => {
    throw new Error("quota");
  };
  FakeSocket.last.greet();
  await say("a");

  assert.deepEqual(sends().map((f) => f.nonce), ["a"]);
});

test("C9: a tab that does not hold the lock sends nothing, until one writes in it", async () => {
  const asked = [];
  locks = { request: (_name, options, held) => new Promise(() => asked.push({ options, held })) };
  await say("earlier");
  page();
  await drain.start();
  FakeSocket.last.greet();
  assert.deepEqual(sends(), []);

  await say("now");
  assert.deepEqual(asked.at(-1).options, { steal: true });
  asked.at(-1).held();
  assert.deepEqual(sends().map((f) => f.nonce), ["earlier", "now"]);
});

test("C9: a tab whose lock was taken stops sending, and queues up for it again", async () => {
  const asked = [];
  locks = {
    request: (_name, options, held) =>
      new Promise((_, lose) => asked.push({ options, lose, held })),
  };
  page();
  await drain.start();
  FakeSocket.last.greet();
  asked[0].held();
  asked[0].lose(new Error("stolen"));
  await settle();

  assert.equal(asked.length, 2);
  assert.deepEqual(asked[1].options, {});
});

test("a frame too big for the server is not sent to it twice", async () => {
  FakeSocket.last.greet();
  await say("huge");
  FakeSocket.last.end(1009);
  clock.pass(1000);
  FakeSocket.last.greet();

  assert.deepEqual(sends(), []);
  assert.deepEqual(drain.box.map((e) => [e.state, e.code]), [["failed", "too_large"]]);
});
