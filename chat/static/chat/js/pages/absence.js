// While the link was gone: what came meanwhile, and what a close for good means.

/** @import { Room } from "../core/room.js" */

import { ordered } from "../core/room.js";

/** Remembers where we left, to say what was missed once we are back. */
export class Absence {
  /** The last message that was here; negative while nothing is missed. */
  #from = -1;
  /** The server's time at our last hello. */
  #backAt = 0;

  /** @param {Room} room */
  left(room) {
    if (this.#from < 0) this.#from = ordered(room).at(-1)?.seq ?? 0;
  }

  /** @param {number} now The server's clock, epoch ms. */
  greeted(now) {
    this.#backAt = now;
  }

  /**
   * The absence is over.
   *
   * @returns {null | ((room: Room, isMe: (id: string) => boolean) => number)} How many
   *   messages of others were written before we were back; null if we never left.
   */
  over() {
    const from = this.#from;
    this.#from = -1;
    if (from < 0) return null;
    return (room, isMe) =>
      [...room.msgs.values()].filter(
        (m) => m.seq > from && m.at <= this.#backAt && !isMe(m.by.id),
      ).length;
  }
}

/**
 * What to say when the server closed for good, but not the room (docs/protocol.md).
 *
 * @param {number} code @param {any} texts Of rai-textos.
 * @returns {{ text: string, action: "" | "tentar" | "recarregar" }}
 */
export function farewell(code, texts) {
  switch (code) {
    case 4501:
      return { text: texts.sessao, action: "" };
    case 4503:
      return { text: texts.conexoes, action: "tentar" };
    case 4504:
      return { text: texts.versao, action: "recarregar" };
    default:
      return { text: texts.sem_sincronia, action: "recarregar" };
  }
}
