// Who writes here: asks for a nickname where there is none, and changes it.

/** @import { By, Texts } from "../core/types.js" */
/** @import { Composer } from "../ui/composer.js" */

import { chooseNickname } from "../net/api.js";
import * as memory from "../net/memory.js";
import { NicknameForm } from "../ui/nickname.js";
import { showMe } from "../ui/side.js";

/** Emits `mudou` when the server gave us a name: a new handshake must carry the cookie. */
export class Identity extends EventTarget {
  #texts;
  #composer;
  #form;
  /** @type {By | null} */
  #me;
  #isKnown = false;

  /** @param {Texts} texts @param {Composer} composer @param {By | null} me */
  constructor(texts, composer, me) {
    super();
    this.#texts = texts;
    this.#composer = composer;
    this.#me = me;
    this.#form = new NicknameForm(texts, memory.nickname());
    this.#form.addEventListener("apelido", (event) => {
      this.#choose(/** @type {CustomEvent} */ (event).detail.nickname);
    });
    this.#form.addEventListener("desistir", () => this.#keep());
    this.#show();
  }

  get me() {
    return this.#me;
  }

  /** Whether the server, too, knows who we are on this connection. */
  get isKnown() {
    return this.#isKnown;
  }

  /** What hello said of us. @param {By | null} user */
  greeted(user) {
    this.#isKnown = user !== null;
    if (user) this.#me = user;
    else this.#me = null;
    this.#show();
  }

  /** The link is gone, and with it what the server knew. */
  unlinked() {
    this.#isKnown = false;
  }

  /** The server does not know us any more: ask for a name. */
  forget() {
    this.#isKnown = false;
    this.#me = null;
    this.#show();
  }

  /** Change the name. */
  rename() {
    const side = document.getElementById("lateral");
    if (side?.matches(":popover-open")) side.hidePopover();
    this.#composer.show(false);
    this.#form.open(this.#me);
  }

  /** Nobody writes here any more. */
  close() {
    this.#composer.show(false);
    this.#form.close();
  }

  focus() {
    if (this.#composer.isShown) this.#composer.focus();
    else this.#form.select();
  }

  // Internal

  /** @param {string} nickname */
  async #choose(nickname) {
    const { url, token } = this.#form;
    const answer = await chooseNickname({ url, token, nickname });
    if (answer.ok) {
      this.#me = answer.me;
      memory.keepNickname(answer.me.name);
      this.#keep();
      this.dispatchEvent(new CustomEvent("mudou"));
    } else {
      const message = answer.message || this.#texts.sem_resposta;
      this.#form.refuse(message, answer.suggestion);
    }
  }

  #keep() {
    this.#form.close();
    this.#show();
    this.focus();
  }

  #show() {
    const me = this.#me;
    if (me) showMe(me);
    else if (!this.#form.isShown) this.#form.open(null);
    this.#composer.show(me !== null && !this.#form.isShown);
  }
}
