// The entry page: shows where a name leads, and takes the nickname along.

import { addressOf } from "../core/slug.js";
import { fill } from "../core/texts.js";
import { chooseNickname } from "../net/api.js";
import * as memory from "../net/memory.js";
import { find, part, say } from "../ui/dom.js";

const form = part("entrar", HTMLFormElement);
const room = find(form, "#sala", HTMLInputElement);
const address = find(form, "#sala-endereco", HTMLElement);
const roomError = find(form, "#sala-erro", HTMLElement);
const nick = find(form, '[data-parte="apelido"]', HTMLInputElement);
const nickError = find(form, "#nome-erro", HTMLElement);
const key = part("chave", HTMLFormElement);

nick.value ||= memory.nickname();

room.addEventListener("input", () => {
  const name = addressOf(room.value);
  const same = name === room.value;
  say(address, same ? "" : fill(address.dataset.texto ?? "", { endereco: `/chat/${name}/` }));
  complain(room, roomError, "");
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});

async function enter() {
  if (!room.value.trim()) {
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
