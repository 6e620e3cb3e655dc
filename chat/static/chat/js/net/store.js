// The outbox on disk, so that a reload loses no word. Where there is no IndexedDB
// (private windows of some browsers), memory has to do.

/** @import { Entry } from "../core/outbox.js" */

const NAME = "rai";
const BOX = "outbox";

/**
 * @typedef {object} Store
 * @property {(slug: string) => Promise<Entry[]>} all In order of writing.
 * @property {(entry: Entry) => Promise<void>} put
 * @property {(nonce: string) => Promise<void>} drop
 */

/** @returns {Promise<Store>} */
export async function openStore() {
  try {
    return onDisk(await openDatabase());
  } catch {
    return inMemory();
  }
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const box = request.result.createObjectStore(BOX, { keyPath: "nonce" });
    box.createIndex("slug", "slug");
  };
  return answer(request);
}

/** @param {IDBDatabase} db @returns {Store} */
function onDisk(db) {
  /** @param {IDBTransactionMode} mode */
  const box = (mode) => db.transaction(BOX, mode).objectStore(BOX);
  return {
    all: async (slug) => {
      const found = await answer(box("readonly").index("slug").getAll(slug));
      return found.sort((a, b) => a.at - b.at);
    },
    put: (entry) => done(box("readwrite").put(entry)),
    drop: (nonce) => done(box("readwrite").delete(nonce)),
  };
}

/** @returns {Store} */
function inMemory() {
  /** @type {Map<string, Entry>} */
  const kept = new Map();
  return {
    all: async (slug) => [...kept.values()].filter((entry) => entry.slug === slug),
    put: async (entry) => {
      kept.set(entry.nonce, entry);
    },
    drop: async (nonce) => {
      kept.delete(nonce);
    },
  };
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when the write is on disk, not merely asked for.
 * @param {IDBRequest} request @returns {Promise<void>} */
function done(request) {
  return new Promise((resolve, reject) => {
    const transaction = request.transaction;
    if (!transaction) throw new Error("a write outside a transaction");
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Word between the tabs of one room. @param {string} slug */
export function tabsOf(slug) {
  return "BroadcastChannel" in globalThis ? new BroadcastChannel(`rai-outbox-${slug}`) : undefined;
}
