// How a person looks: a colour and initials. The server's filters draw the same ones
// (chat/templatetags/rai.py; tests/vectors/looks.json).

const HUES = 8;
const NOT_A_WORD = /^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u;

/** @param {string} id Like "u5". @returns {string} Which of the eight name colours. */
export function hue(id) {
  const digits = id.replace(/[^0-9]/g, "");
  return digits ? String(Number(BigInt(digits) % BigInt(HUES))) : "";
}

/** @param {string} name @returns {string} Of the first and the last word. */
export function initials(name) {
  const words = name.split(/\s+/u).map((word) => word.replace(NOT_A_WORD, ""));
  const firsts = words.filter(Boolean).map((word) => graphemes(word)[0]);
  return [...firsts.slice(0, 1), ...firsts.slice(1).slice(-1)].join("").toUpperCase();
}

/** What a reader takes for one character each. @param {string} text @returns {string[]} */
export function graphemes(text) {
  if (!("Segmenter" in Intl)) return [...text];
  return [...new Intl.Segmenter().segment(text)].map((part) => part.segment);
}
