// A room's address while its name is typed. The server's rule decides
// (chat/core/names.py); this one only shows what it will make of the common cases.

const MAX_NAME = 80;

/**
 * @param {string} typed
 * @returns {string} Lower case, spaces as "-", without what no name can hold.
 */
export function addressOf(typed) {
  const kept = typed
    .normalize("NFKC")
    .toLowerCase()
    .trim()
    .replace(/-*\s[\s-]*/gu, "-")
    .replace(/[^\p{L}\p{M}\p{Nd}\p{Nl}_-]/gu, "");
  return [...kept].slice(0, MAX_NAME).join("");
}
