import assert from "node:assert/strict";
import test from "node:test";
import { load, vectors } from "./vectors.js";

process.env.TZ = "America/Sao_Paulo";
const { dayName, dayOf, untilMidnight } = await load("core/days.js");
const { graphemes, hue, initials } = await load("core/people.js");
const { count, fill } = await load("core/texts.js");
const { addressOf } = await load("core/slug.js");
const { nonceFrom } = await load("core/nonce.js");
const { backoff } = await load("core/backoff.js");
const typing = await load("core/typing.js");

const looks = vectors("looks");
const texts = {
  hoje: "Hoje",
  ontem: "Ontem",
  novas_1: "1 mensagem nova",
  novas_n: "{n} mensagens novas",
  digita_1: "{a} está digitando",
  digita_2: "{a} e {b} estão digitando",
  digita_3: "{a}, {b} e {c} estão digitando",
  digita_n: "{n} pessoas estão digitando",
};
const named = (day, locale = "pt-br") => dayName(day, "2026-11-22", locale, texts);

for (const [name, letters] of looks.initials) {
  test(`initials of ${JSON.stringify(name)}`, () => assert.equal(initials(name), letters));
}

for (const [id, number] of looks.hues) {
  test(`hue of ${JSON.stringify(id)}`, () => assert.equal(hue(id), number));
}

test("a family of five is one character to a reader", () => {
  assert.equal(graphemes("👩‍👩‍👧a\u0301").length, 2);
});

test("days are named as people say them", () => {
  assert.equal(named("2026-11-22"), "Hoje");
  assert.equal(named("2026-11-21"), "Ontem");
  assert.equal(named("2026-11-16"), "segunda-feira");
  assert.equal(named("2026-11-15"), "15 de novembro");
  assert.equal(named("2025-11-22"), "22 de novembro de 2025");
  assert.equal(named("2026-11-15", "en"), "November 15");
  assert.equal(named("2026-11-15", "es"), "15 de noviembre");
});

test("a day of tomorrow, by a clock that runs ahead, has its date", () => {
  assert.equal(named("2026-11-23"), "23 de novembro");
});

test("a day is the reader's, not the server's", () => {
  assert.equal(dayOf(Date.parse("2026-11-22T02:30:00Z")), "2026-11-21");
});

test("midnight is the reader's", () => {
  assert.equal(untilMidnight(Date.parse("2026-11-22T23:59:00-03:00")), 60_000);
});

test("braces are filled once, with text as it is", () => {
  assert.equal(fill("{a} e {b}", { a: "{b}", b: "<i>" }), "{b} e <i>");
  assert.equal(fill("{x}", {}), "{x}");
  assert.equal(fill("{constructor}", {}), "{constructor}");
});

test("one message, many messages", () => {
  assert.equal(count(texts, "novas", 1), "1 mensagem nova");
  assert.equal(count(texts, "novas", 2), "2 mensagens novas");
});

test("a name shows the address it will have", () => {
  assert.equal(addressOf("  Turma da noite "), "turma-da-noite");
  assert.equal(addressOf("Reunia\u0303o"), "reunião");
  assert.equal(addressOf("a?b#c/d%"), "abcd");
  assert.equal(addressOf("x".repeat(90)).length, 80);
});

test("a nonce is 16 bytes, safe in any place", () => {
  assert.equal(nonceFrom(new Uint8Array(16)), "A".repeat(22));
  assert.equal(nonceFrom(new Uint8Array(16).fill(255)), `${"_".repeat(21)}w`);
});

test("attempts spread over a growing time, never beyond half a minute", () => {
  assert.equal(backoff(0, 1), 1000);
  assert.equal(backoff(3, 1), 8000);
  assert.equal(backoff(60, 1), 30_000);
  assert.equal(backoff(3, 0), 0);
});

test("typing is told for one, two, three and many", () => {
  const line = (...names) =>
    typing.typingLine(new Map(names.map((name) => [name, { name, until: 0 }])), texts);

  assert.equal(line(), "");
  assert.equal(line("Ana"), "Ana está digitando");
  assert.equal(line("Ana", "Bia"), "Ana e Bia estão digitando");
  assert.equal(line("Ana", "Bia", "Caio"), "Ana, Bia e Caio estão digitando");
  assert.equal(line("Ana", "Bia", "Caio", "Duda"), "4 pessoas estão digitando");
});

test("a sign of typing is believed for six seconds, and ends with the message", () => {
  const ana = { id: "u1", name: "Ana", mark: "" };
  const typists = typing.heard(new Map(), ana, 1000);

  assert.equal(typing.stillTyping(typists, 6999).size, 1);
  assert.equal(typing.stillTyping(typists, 7000).size, 0);
  assert.equal(typing.stopped(typists, "u1").size, 0);
});
