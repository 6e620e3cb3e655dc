// A room's name while it is typed. The server's rule decides; this one only spares
// people a round trip for the common slips.

const MAX_NAME = 80;

/**
 * Spaces become "-", what can never be part of a name goes.
 *
 * @param {string} typed
 * @returns {string}
 */
export function typedName(typed) {
  const kept = typed
    .normalize("NFC")
    .replace(/^\s+/u, "")
    .replace(/\s+/gu, "-")
    .replace(/[^\p{L}\p{M}\p{N}_-]/gu, "");
  return [...kept].slice(0, MAX_NAME).join("");
}
