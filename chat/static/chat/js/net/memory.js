// Small things this browser remembers. Storage may be switched off: then it forgets.

/** @import { KnownRoom } from "../core/types.js" */

const DRAFT = "rai.rascunho.";
const NICKNAME = "rai.apelido";
const ROOMS = "rai.salas";
const MAX_ROOMS = 12;

/** @param {string} slug */
export function draftOf(slug) {
  return read(DRAFT + slug) ?? "";
}

/** @param {string} slug @param {string} text */
export function keepDraft(slug, text) {
  write(DRAFT + slug, text);
}

export function nickname() {
  return read(NICKNAME) ?? "";
}

/** @param {string} name */
export function keepNickname(name) {
  write(NICKNAME, name);
}

/** Last visited first. @returns {KnownRoom[]} */
export function rooms() {
  try {
    const list = JSON.parse(read(ROOMS) ?? "[]");
    return Array.isArray(list) ? list.filter(isRoom) : [];
  } catch {
    return [];
  }
}

/** @param {KnownRoom} room */
export function visited(room) {
  const others = rooms().filter((known) => known.slug !== room.slug);
  write(ROOMS, JSON.stringify([room, ...others].slice(0, MAX_ROOMS)));
}

/** @param {any} value @returns {value is KnownRoom} */
function isRoom(value) {
  return typeof value?.slug === "string" && typeof value?.shown === "string";
}

/** @param {string} key */
function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value Empty: forget it. */
function write(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // Full or switched off: nothing that matters is lost.
  }
}
