// Nonces: what makes one message of many attempts.

/** @param {Uint8Array} bytes 16 random ones. @returns {string} base64url, 22 letters. */
export function nonceFrom(bytes) {
  const binary = String.fromCharCode(...bytes);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
