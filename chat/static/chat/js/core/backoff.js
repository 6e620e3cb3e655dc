// How long to wait before the next attempt to connect.

const CEILING_MS = 30_000;

/**
 * Full jitter: a random time up to 1 s at first, then up to 2, 4 … 30 s, so that a
 * thousand pages thrown off together do not come back together.
 *
 * @param {number} failures Attempts that failed since the last success.
 * @param {number} random From 0 to 1.
 * @returns {number} Milliseconds.
 */
export function backoff(failures, random) {
  return Math.round(random * Math.min(CEILING_MS, 1000 * 2 ** failures));
}
