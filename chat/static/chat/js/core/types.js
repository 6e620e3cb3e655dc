/**
 * The shapes that cross files. Nothing here runs in a page.
 *
 * @typedef {{ id: string, name: string, mark: string }} By
 *
 * @typedef {object} Msg A message's whole present state.
 * @property {"msg"} k
 * @property {string} id
 * @property {number} v
 * @property {number} seq
 * @property {number} at Epoch milliseconds.
 * @property {By} by
 * @property {string} body
 * @property {string} nonce
 * @property {string} [reply_to]
 * @property {number} [ed]
 * @property {"author" | "mod"} [del]
 *
 * @typedef {{ k: "gone", of: string, id: string, v: number }} Gone
 * @typedef {{ k: "room", id: string, name: string, shown: string, topic: string, v: number }} RoomInfo
 * @typedef {{ k: "member", id: string, name: string, mark: string, role: string | null, v: number }} Member
 * @typedef {Msg | Gone | RoomInfo | Member | { k: "?" }} Change
 *
 * @typedef {{ t: "ev", room: string, pv: number, v: number, tok: string, c: Change[] }} Ev
 * @typedef {{ t: "sync", id: number, room: string, mode: "delta" | "window", from: number, to: number, tok: string, c: Change[], more: boolean, name?: string, older?: boolean }} Sync
 * @typedef {{ t: "hist", id: number, room: string, msgs: Msg[], at_v: number, more: boolean }} Hist
 * @typedef {{ id: string, seq: number, v: number, at: number }} Stored
 * @typedef {{ t: "ok", id: number, room?: string, nonce?: string, m?: Stored, v?: number, dup?: boolean, waiting?: boolean }} Ok
 * @typedef {{ t: "err", id: number, code: string, msg: string, retry?: number, nonce?: string }} Err
 * @typedef {{ body: number, bytes: number, subs: number, flight: number, page: number }} Limits
 * @typedef {{ t: "hello", id: number, v: number, epoch: string, now: number, user: By | null, hb: number, limits: Limits, caps: string[] }} Hello
 * @typedef {{ t: "eph", room: string, k: string, by: By }} Eph
 * @typedef {{ t: "end", room: string, code: string }} End
 * @typedef {{ t: "bye", code: number, retry_ms: number }} Bye
 * @typedef {{ t: "pong", id: number, now: number, fix: string[] }} Pong
 * @typedef {Ev | Sync | Hist | Ok | Err | Hello | Eph | End | Bye | Pong} Frame
 *
 * @typedef {object} Clock Time as the core and the net see it; tests bring their own.
 * @property {() => number} now Epoch milliseconds.
 * @property {(ms: number, run: () => void) => () => void} after Returns the way to call it off.
 *
 * @typedef {(typeof TEXT_KEYS)[number]} TextKey
 * @typedef {Record<TextKey, string>} Texts
 * @typedef {{ slug: string, shown: string }} KnownRoom
 */

// What chat/texts.py brings; tests hold the two together.
export const TEXT_KEYS = /** @type {const} */ ([
  "enviando",
  "fila",
  "espera",
  "falhou",
  "apagada",
  "desfazer",
  "novas_1",
  "novas_n",
  "ir_ao_fim",
  "antigas",
  "comeco",
  "hoje",
  "ontem",
  "copiado",
  "convite",
  "sem_copia",
  "restam",
  "excesso",
  "diz",
  "ligando",
  "ligada",
  "religando",
  "tentar",
  "sem_rede",
  "de_volta_1",
  "de_volta_n",
  "versao",
  "recarregar",
  "sessao",
  "barrado",
  "conexoes",
  "sem_sala",
  "sem_sincronia",
  "digita_1",
  "digita_2",
  "digita_3",
  "digita_n",
  "comecar",
  "trocar",
  "tomado",
  "sem_resposta",
  "erro_forbidden",
  "erro_not_found",
  "erro_gone",
  "erro_too_large",
  "erro_bad_frame",
  "erro_edit_conflict",
]);
