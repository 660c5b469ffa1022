/**
 * Bounds the number of different keys of a JSON text. A parser keeps each of them as a string of its own, and an object with many
 * keys as a table, so that half a million in 6 MB block the process for seconds. Keys that repeat cost next to nothing: a list of
 * thousands of children has the same few.
 */

/** More than one payload of the default size can hold, because each member of a Struct takes at least eleven bytes. */
export const MAX_DIFFERENT_KEYS = 100_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** A power of two, so that the table stays less than half full. */
const SLOTS = 2 ** 18;
const FNV_PRIME = 0x01000193;
/** Random, so that nobody can choose keys that this counts as one. */
const SEED = Math.floor(Math.random() * 2 ** 32);

/** Whether the text has more different keys than are allowed. The result is meaningless for text that is not JSON. */
export function hasTooManyKeys(bytes: Uint8Array): boolean {
  const keys = new KeyCount();
  let hash = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      hash = SEED;
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) {
        if (bytes[at] === BACKSLASH) at++;
        hash = Math.imul(hash ^ (bytes[at] as number), FNV_PRIME);
      }
    } else if (byte === COLON && keys.add(hash) > MAX_DIFFERENT_KEYS) {
      return true;
    }
  }
  return false;
}

/** Counts different hashes. */
class KeyCount {
  readonly #slots = new Int32Array(SLOTS);
  #count = 0;

  add(hash: number): number {
    // 0 marks a free slot.
    const key = hash === 0 ? 1 : hash;
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== key) slot = (slot + 1) & (SLOTS - 1);
    if (this.#slots[slot] === 0) {
      this.#slots[slot] = key;
      this.#count++;
    }
    return this.#count;
  }
}
