// The side column: rooms this browser knows, and oneself.

/** @import { By, KnownRoom } from "../core/types.js" */

import { hue, initials } from "../core/people.js";
import { find, mould, part, say, slot } from "./dom.js";

/** Add the rooms visited before to those the server listed. @param {KnownRoom[]} rooms */
export function listRooms(rooms) {
  const list = part("salas");
  const links = /** @type {HTMLAnchorElement[]} */ ([...list.querySelectorAll("a")]);
  const listed = new Set(links.map((link) => link.pathname));
  const here = list.firstElementChild;
  for (const { slug, shown } of rooms.toReversed()) {
    const path = `/chat/${encodeURIComponent(slug)}/`;
    if (listed.has(path)) continue;
    const item = mould("molde-sala");
    find(item, "a", HTMLAnchorElement).href = path;
    say(slot(item, "sala"), shown);
    here?.after(item);
  }
}

/** @param {By} me */
export function showMe(me) {
  const box = part("eu");
  box.hidden = false;
  say(slot(box, "nome"), me.name);
  say(slot(box, "iniciais"), initials(me.name));
  slot(box, "iniciais").dataset.matiz = hue(me.id);
}
