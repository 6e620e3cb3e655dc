// The one thing asked over HTTP: a nickname, because only a response sets cookies.

/** @import { By } from "../core/types.js" */

const ANSWER_WITHIN_MS = 10_000;

/**
 * @typedef {{ ok: true, me: By }} Named
 * @typedef {{ ok: false, message: string, suggestion: string }} Refused Empty message: no answer.
 */

/**
 * @param {{ url: string, token: string, nickname: string }} what
 * @returns {Promise<Named | Refused>}
 */
export async function chooseNickname({ url, token, nickname }) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token },
      body: new URLSearchParams({ apelido: nickname }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const answer = await response.json();
    if (response.ok) return { ok: true, me: answer.me };
    return { ok: false, message: answer.message ?? "", suggestion: answer.suggestion ?? "" };
  } catch {
    return { ok: false, message: "", suggestion: "" };
  }
}
