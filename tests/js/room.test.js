import assert from "node:assert/strict";
import test from "node:test";
import { load, vectors } from "./vectors.js";

const { decode } = await load("core/codec.js");
const { apply, asking, askingNoMore, emptyRoom, isBehind, ordered, trimmed } =
  await load("core/room.js");

const maps = (state) => ({
  ...emptyRoom(),
  ...state,
  msgs: new Map(Object.entries(state.msgs)),
  members: new Map(Object.entries(state.members)),
});

const plain = ({ pos, tok, low, msgs, room, members }) => ({
  pos,
  tok,
  low,
  msgs: Object.fromEntries(msgs),
  room,
  members: Object.fromEntries(members),
});

const step = (room, frame) => {
  if (frame.do === "ask") return asking(room);
  if (frame.do === "lost") return askingNoMore(room);
  const read = decode(JSON.stringify(frame));
  return read ? apply(room, read) : room;
};

for (const { name, room, frames, expect, behind } of vectors("fold").cases) {
  test(`fold: ${name}`, () => {
    const after = frames.reduce(step, maps(room));

    assert.deepEqual(plain(after), expect);
    assert.equal(isBehind(after), behind);
  });

  test(`fold changes nothing it was given: ${name}`, () => {
    const before = maps(room);
    frames.reduce(step, before);

    assert.deepEqual(plain(before), room);
  });
}

test("a frame that changes nothing gives the very same room", () => {
  const [{ frames }] = vectors("fold").cases;
  const once = frames.reduce(step, emptyRoom());

  assert.equal(frames.reduce(step, once), once);
});

test("frames beyond a hole are held within bounds", () => {
  let room = emptyRoom();
  for (let v = 2; v < 2000; v += 1) {
    room = step(room, { t: "ev", room: "r7", pv: v, v: v + 1, tok: "", c: [] });
  }

  assert.ok(isBehind(room));
  assert.ok(room.held.length <= 256);
});

test("trimming forgets the oldest and remembers that it did", () => {
  const { cases } = vectors("fold");
  const full = maps(cases.find((c) => c.name === "a message is added").room);
  const msgs = [1, 2, 3, 4].map((n) => [`m${n}`, { k: "msg", id: `m${n}`, v: n, seq: n }]);
  const room = trimmed({ ...full, msgs: new Map(msgs) }, 2);

  assert.deepEqual(ordered(room).map((m) => m.seq), [3, 4]);
  assert.equal(room.low, 3);
});
