// The browser's randomness, for what must not be guessed or met twice.

import { nonceFrom } from "../core/nonce.js";

export function newNonce() {
  return nonceFrom(crypto.getRandomValues(new Uint8Array(16)));
}
