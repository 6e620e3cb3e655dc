// What a person does with messages: write, edit, take back. Each goes to the outbox.

/** @import { Room } from "../core/room.js" */
/** @import { Drain } from "../net/drain.js" */
/** @import { Composer } from "../ui/composer.js" */
/** @import { Toast } from "../ui/toast.js" */

import { entry } from "../core/outbox.js";
import { ordered } from "../core/room.js";
import { newNonce } from "../net/chance.js";
import { clock } from "../net/clock.js";
import * as memory from "../net/memory.js";

const UNDO_MS = 5000;

/**
 * @typedef {object} Parts
 * @property {string} slug
 * @property {any} texts
 * @property {Composer} composer
 * @property {Toast} toast
 * @property {() => Drain | null} drain
 * @property {() => Room} room
 * @property {(id: string) => boolean} isMe
 * @property {() => void} onSend The own message is in the outbox, and so on the page.
 */

export class Deeds {
  #parts;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {string} body @param {string} editing */
  async write(body, editing) {
    const { slug, composer, drain, onSend, room } = this.#parts;
    const what = { nonce: newNonce(), slug, body, now: clock.now() };
    if (editing) {
      const same = room().msgs.get(editing)?.body === body;
      if (!same) await drain()?.add(entry({ ...what, op: "edit", m: editing }));
      return;
    }
    const kept = drain()?.add(entry({ ...what, op: "send" }));
    onSend();
    await kept;
    // The draft goes when the message is on disk, not before.
    memory.keepDraft(slug, composer.text);
  }

  /** @param {string} id */
  edit(id) {
    const message = this.#parts.room().msgs.get(id);
    if (message) this.#parts.composer.edit(id, message.body);
  }

  editLast() {
    const { isMe, room } = this.#parts;
    const own = ordered(room()).filter((m) => isMe(m.by.id) && !m.del);
    const last = own.at(-1);
    if (last) this.edit(last.id);
  }

  /** The row goes at once, the request when it can no longer be undone. @param {string} m */
  async remove(m) {
    const { slug, texts, toast, drain } = this.#parts;
    const now = clock.now();
    const nonce = newNonce();
    toast.show(texts.apagada, texts.desfazer, () => drain()?.forget(nonce));
    await drain()?.add(entry({ nonce, op: "del", slug, m, now, due: now + UNDO_MS }));
  }
}
