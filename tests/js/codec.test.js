import assert from "node:assert/strict";
import test from "node:test";
import { load, vectors } from "./vectors.js";

const { decode, encode } = await load("core/codec.js");
const { client, server, from_elsewhere: elsewhere } = vectors("frames");

for (const { name, text } of client) {
  test(`writes ${name}`, () => {
    assert.equal(encode(JSON.parse(text)), text);
  });
}

for (const { name, text, frame } of [...server, ...elsewhere]) {
  test(`reads ${name}`, () => {
    assert.deepEqual(decode(text), frame);
  });
}
