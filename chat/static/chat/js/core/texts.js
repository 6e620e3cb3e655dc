// Filling the server's sentences: the words are chosen there, the numbers here.

/** @import { Texts } from "./types.js" */

/**
 * Put values where their names stand in braces. Values are text, never markup.
 *
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/** The sentence for one, or for many.
 * @param {Texts} texts @param {"novas" | "de_volta"} key @param {number} n */
export function count(texts, key, n) {
  return fill(n === 1 ? texts[`${key}_1`] : texts[`${key}_n`], { n });
}
