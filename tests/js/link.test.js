import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { FakeClock, FakeSocket, hello } from "./doubles.js";
import { load } from "./vectors.js";

const { Link } = await load("net/link.js");

let clock;
let link;
let heard;

beforeEach(() => {
  FakeSocket.all = [];
  globalThis.WebSocket = FakeSocket;
  clock = new FakeClock();
  heard = [];
  const note = (name) => (value) => heard.push([name, value]);
  link = new Link({
    url: "ws://x/ws/v1",
    clock,
    random: () => 0.5,
    tab: "k3",
    on: {
      open: note("open"),
      ready: note("ready"),
      frame: note("frame"),
      down: note("down"),
      over: note("over"),
      positions: () => ({ r7: 105 }),
    },
  });
  link.connect();
});

const names = () => heard.map(([name]) => name);

test("hello is the first frame, before anything of ours", () => {
  FakeSocket.last.greet();

  assert.equal(FakeSocket.last.protocol, "rai.v1.json");
  assert.deepEqual(FakeSocket.last.sent, [{ t: "hello", v: 1, tab: "k3", caps: [], id: 1 }]);
  assert.deepEqual(names(), ["open", "ready"]);
});

test("a ping every 25 s or so tells where we stand", () => {
  FakeSocket.last.greet();
  clock.pass(30_000);

  assert.deepEqual(FakeSocket.last.of("ping").map((f) => f.pos), [{ r7: 105 }]);
});

test("C8: a link on which nothing is heard for two and a half beats is given up", () => {
  const first = FakeSocket.last;
  first.greet();
  clock.pass(80_000);

  assert.ok(first.isClosed);
  assert.notEqual(FakeSocket.last, first);
});

test("any frame proves the link alive", () => {
  const first = FakeSocket.last;
  first.greet();
  for (let i = 0; i < 10; i += 1) {
    clock.pass(30_000);
    first.say({ t: "pong", id: 1, now: 0, fix: [] });
  }

  assert.equal(FakeSocket.last, first);
});

test("attempts wait longer and longer, within their jitter", () => {
  for (const wait of [500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
    const before = FakeSocket.all.length;
    FakeSocket.last.end(1006);
    clock.pass(wait - 1);
    assert.equal(FakeSocket.all.length, before);
    clock.pass(1);
    assert.equal(FakeSocket.all.length, before + 1);
  }
});

test("a bye says when to come back", () => {
  FakeSocket.last.greet();
  FakeSocket.last.say({ t: "bye", code: 4000, retry_ms: 12_000 });
  FakeSocket.last.end(4000);
  clock.pass(11_999);
  assert.equal(FakeSocket.all.length, 1);
  clock.pass(1);
  assert.equal(FakeSocket.all.length, 2);
});

for (const code of [4500, 4501, 4502, 4503, 4504, 4505]) {
  test(`close code ${code} is an end, not a pause`, () => {
    FakeSocket.last.greet();
    FakeSocket.last.end(code);
    clock.pass(600_000);
    link.wake();

    assert.equal(FakeSocket.all.length, 1);
    assert.deepEqual(heard.at(-1), ["over", code]);
  });
}

for (const code of [1001, 1006, 1009, 1011, 1012, 1013, 4000, 4001, 4002, 4003, 4004, 4005]) {
  test(`close code ${code} is a pause`, () => {
    FakeSocket.last.greet();
    FakeSocket.last.end(code);
    clock.pass(1000);

    assert.equal(FakeSocket.all.length, 2);
  });
}

test("a handshake that never ends is given up", () => {
  clock.pass(11_000);

  assert.equal(FakeSocket.all.length, 2);
  assert.ok(FakeSocket.all[0].isClosed);
});

test("a server that opens but never greets is given up", () => {
  FakeSocket.last.open();
  clock.pass(11_000);

  assert.equal(FakeSocket.all.length, 2);
});

test("back from sleep: a link that does not answer within 5 s is given up", () => {
  FakeSocket.last.greet();
  link.wake();
  clock.pass(6000);

  assert.ok(FakeSocket.all[0].isClosed);
});

test("back from sleep: a link that answers is kept", () => {
  FakeSocket.last.greet();
  link.wake();
  FakeSocket.last.say({ t: "pong", id: 2, now: 0, fix: [] });
  clock.pass(6000);

  assert.equal(FakeSocket.all.length, 1);
});

test("the network is back: no waiting for the next attempt", () => {
  FakeSocket.last.end(1006);
  link.wake();

  assert.equal(FakeSocket.all.length, 2);
  clock.pass(5000);
  assert.equal(FakeSocket.all.length, 2);
});

test("C7: late frames of a socket that was given up are not heard", () => {
  const first = FakeSocket.last;
  first.greet();
  link.restart();
  const before = heard.length;
  first.say({ t: "end", room: "r7", code: "gone" });
  first.say(hello(null));
  first.end(4502);

  assert.equal(heard.length, before);
});

test("a restart is told as a loss: no answer will come on the old socket", () => {
  FakeSocket.last.greet();
  link.restart();

  assert.deepEqual(heard.at(-1), ["down", 0]);
});

test("nothing is written before the socket stands", () => {
  assert.equal(link.send({ t: "typing", room: "r7" }), 0);
});

test("a server of another version is an end: this page cannot learn to speak it", () => {
  FakeSocket.last.open();
  FakeSocket.last.say({ t: "err", id: 1, code: "unsupported_version", msg: "" });
  clock.pass(600_000);

  assert.deepEqual(heard.at(-1), ["over", 4504]);
  assert.equal(FakeSocket.all.length, 1);
});

test("any other refusal of the hello is a pause", () => {
  FakeSocket.last.open();
  FakeSocket.last.say({ t: "err", id: 1, code: "busy", msg: "" });
  clock.pass(1000);

  assert.equal(FakeSocket.all.length, 2);
});
