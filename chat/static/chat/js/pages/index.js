// The entry page: spares people slips in the room's name, and remembers the nickname.

import { typedName } from "../core/slug.js";
import { chooseNickname } from "../net/api.js";
import * as memory from "../net/memory.js";
import { find, part, say } from "../ui/dom.js";

const form = part("entrar", HTMLFormElement);
const room = find(form, "#sala", HTMLInputElement);
const roomError = find(form, "#sala-erro", HTMLElement);
const nick = find(form, '[data-parte="apelido"]', HTMLInputElement);
const nickError = find(form, "#nome-erro", HTMLElement);
const key = part("chave", HTMLFormElement);

nick.value ||= memory.nickname();

room.addEventListener("input", (event) => {
  const composing = event instanceof InputEvent && event.isComposing;
  if (!composing) tidy();
});
room.addEventListener("compositionend", tidy);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});

function tidy() {
  const name = typedName(room.value);
  if (name !== room.value) room.value = name;
  complain(room, roomError, "");
}

async function enter() {
  if (!room.value) {
    complain(room, roomError, roomError.dataset.vazio ?? "");
  } else if (await named()) {
    form.submit();
  }
}

/** Choose the nickname, if it is a new one; say what is wrong with it. */
async function named() {
  const nickname = nick.value.trim();
  if (!nickname || nickname === nick.dataset.atual) return true;
  const token = find(key, "input", HTMLInputElement).value;
  const answer = await chooseNickname({ url: key.action, token, nickname });
  if (answer.ok) {
    memory.keepNickname(answer.me.name);
  } else {
    complain(nick, nickError, answer.message || (nickError.dataset.rede ?? ""));
  }
  return answer.ok;
}

/** @param {HTMLInputElement} input @param {HTMLElement} place @param {string} message */
function complain(input, place, message) {
  say(place, message);
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (message) input.focus();
}
