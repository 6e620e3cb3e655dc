// The golden vectors, as the tests of this folder want them.

import { readFileSync } from "node:fs";

const FOLDER = new URL("../vectors/", import.meta.url);

/** @param {string} name @returns {any} */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
}

/** @param {string} path Below the page's js folder. @returns {Promise<any>} */
export function load(path) {
  return import(new URL(`../../chat/static/chat/js/${path}`, import.meta.url).href);
}
