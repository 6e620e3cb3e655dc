import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./vectors.js";

const { followed, newer, newest, older, ROWS } = await load("core/span.js");

const MOST = ROWS + 50;
const seqs = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const shown = ({ from, to }, all) => all.filter((seq) => seq >= from && seq <= to);

test("a short room is shown whole", () => {
  assert.deepEqual(shown(newest(seqs(1, 50)), seqs(1, 50)), seqs(1, 50));
});

test("a room that grows at its end keeps its rows within bounds", () => {
  let span = newest([]);
  for (let n = 1; n <= 2000; n += 1) {
    span = followed(span, seqs(1, n));
    assert.ok(shown(span, seqs(1, n)).length <= MOST);
    assert.equal(span.to, Infinity);
  }
});

test("reading upwards shows fifty more, and never too many", () => {
  const all = seqs(1, 2000);
  let span = newest(all);
  let first = shown(span, all)[0];
  while (first > 1) {
    span = older(span, all);
    const now = shown(span, all);
    assert.equal(now[0], Math.max(1, first - 50));
    assert.ok(now.length <= MOST);
    [first] = now;
  }
});

test("reading down again reaches the end without a hole", () => {
  const all = seqs(1, 2000);
  let span = { from: 1, to: 300 };
  let last = 300;
  while (span.to !== Infinity) {
    span = newer(span, all);
    const now = shown(span, all);
    assert.ok(now.includes(last), "what was last in sight is still there");
    assert.ok(now.length <= MOST);
    last = now.at(-1);
  }
  assert.equal(last, 2000);
});

test("holes that a purge left do not matter", () => {
  const all = seqs(1, 1000).filter((seq) => seq % 7);

  assert.equal(shown(newest(all), all).length, ROWS);
});
