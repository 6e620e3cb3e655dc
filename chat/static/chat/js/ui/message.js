// One message in the page: filled from a row, read back from what the server drew.

/** @import { MessageRow } from "../core/rows.js" */
/** @import { Msg } from "../core/types.js" */

import { hue, initials } from "../core/people.js";
import { find, mould, say, slot } from "./dom.js";

const STATES = { queued: "fila", flying: "enviando", stored: "gravada", failed: "falhou" };

/** @returns {HTMLElement} An empty row (`li`). */
export function newMessage() {
  return mould("molde-mensagem");
}

/**
 * @param {HTMLElement} item The `li`.
 * @param {MessageRow} row
 * @param {{ time: (at: number) => string, note: (row: MessageRow) => string }} words
 */
export function fillMessage(item, row, words) {
  const article = find(item, "article", HTMLElement);
  mark(article, row);
  say(slot(item, "iniciais"), initials(row.by.name));
  say(slot(item, "quem"), row.by.name);
  say(slot(item, "marca"), row.by.mark && `#${row.by.mark}`);
  say(slot(item, "texto"), row.deleted ? "" : row.body);
  say(slot(item, "estado"), words.note(row));
  const time = slot(item, "hora");
  say(time, words.time(row.at));
  time.setAttribute("datetime", new Date(row.at).toISOString());
}

/** @param {HTMLElement} article @param {MessageRow} row */
function mark(article, row) {
  name(article, row);
  const data = article.dataset;
  data.v = String(row.v);
  data.seq = String(row.seq);
  data.em = String(row.at);
  data.por = row.by.id;
  data.de = row.mine ? "minha" : "outra";
  data.grupo = row.first ? "abre" : "segue";
  data.matiz = hue(row.by.id);
  data.estado = STATES[row.state];
  set(article, "data-nonce", row.mine ? row.nonce : "");
  set(article, "data-pendente", row.pending);
  set(article, "data-apagada", row.deleted);
  article.toggleAttribute("data-editada", row.edited && !row.deleted);
  article.toggleAttribute("data-ultima", row.last);
}

/** Ids tie the article to its author and time for screen readers.
 * @param {HTMLElement} article @param {MessageRow} row */
function name(article, row) {
  const id = row.id || `n-${row.nonce}`;
  if (article.getAttribute("aria-labelledby")?.startsWith(`${id}-q`)) return;
  set(article, "id", row.id);
  slot(article, "quem").id = `${id}-q`;
  slot(article, "hora").id = `${id}-h`;
  article.setAttribute("aria-labelledby", `${id}-q ${id}-h`);
}

/**
 * What the server drew, as the wire would have said it.
 *
 * @param {HTMLElement} item The `li`.
 * @returns {Msg | null} Null for a day divider.
 */
export function readMessage(item) {
  const article = item.querySelector("article");
  if (!(article instanceof HTMLElement)) return null;
  const data = article.dataset;
  return {
    k: "msg",
    id: article.id,
    v: Number(data.v),
    seq: Number(data.seq),
    at: Number(data.em),
    by: {
      id: data.por ?? "",
      name: slot(item, "quem").textContent ?? "",
      mark: (slot(item, "marca").textContent ?? "").replace(/^#/, ""),
    },
    body: slot(item, "texto").textContent ?? "",
    nonce: data.nonce ?? "",
    ...("editada" in data ? { ed: Number(data.em) } : {}),
    ...(data.apagada ? { del: data.apagada === "mod" ? "mod" : "author" } : {}),
  };
}

/** @param {Element} node @param {string} attribute @param {string} value Empty: without. */
function set(node, attribute, value) {
  if (value) node.setAttribute(attribute, value);
  else node.removeAttribute(attribute);
}

/** The text that a message shows. @param {HTMLElement} article */
export function bodyOf(article) {
  return article.querySelector('[data-slot="texto"]')?.textContent ?? "";
}
