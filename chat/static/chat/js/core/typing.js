// Who is typing, as far as we heard.

/** @import { By, Texts } from "./types.js" */

import { fill } from "./texts.js";

/** @typedef {Map<string, { name: string, until: number }>} Typists By id. */

/** A sign of typing is believed this long. */
export const HEARD_FOR_MS = 6000;
/** We say so at most this often. */
export const SAY_EVERY_MS = 3000;

/** @param {Typists} typists @param {By} by @param {number} now @returns {Typists} */
export function heard(typists, by, now) {
  return new Map(typists).set(by.id, { name: by.name, until: now + HEARD_FOR_MS });
}

/** @param {Typists} typists @param {string} id @returns {Typists} */
export function stopped(typists, id) {
  const left = new Map(typists);
  return left.delete(id) ? left : typists;
}

/** @param {Typists} typists @param {number} now @returns {Typists} */
export function stillTyping(typists, now) {
  return new Map([...typists].filter(([, t]) => t.until > now));
}

/** The line under the log; empty when nobody types. @param {Typists} typists @param {Texts} texts */
export function typingLine(typists, texts) {
  const names = [...typists.values()].map((t) => t.name);
  const [a = "", b = "", c = ""] = names;
  switch (names.length) {
    case 0:
      return "";
    case 1:
      return fill(texts.digita_1, { a });
    case 2:
      return fill(texts.digita_2, { a, b });
    case 3:
      return fill(texts.digita_3, { a, b, c });
    default:
      return fill(texts.digita_n, { n: names.length });
  }
}
