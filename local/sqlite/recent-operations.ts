import type { StoredOperation } from './operation-row.ts';
import type { RowCache, RowCaches } from './row-caches.ts';

const MAX_OPERATIONS = 2_000;
/**
 * The size of the buffers that the columns are slices of: those of Node's pool have up to 64 KB, and a checkpoint may be a
 * slice of its message. Larger buffers are rare, and reading them is cheap compared with writing them.
 */
const MAX_BYTES = 3 * 65_536;

/**
 * Active operations as this process last wrote them. Most events follow shortly after another event of the same operation,
 * and need not read what this process has just written.
 */
export class RecentOperations implements RowCache {
  readonly #caches: RowCaches;
  readonly #operations = new Map<string, StoredOperation>();

  constructor(caches: RowCaches) {
    this.#caches = caches;
    caches.add(this);
  }

  get(name: string): StoredOperation | undefined {
    return this.#caches.areCurrent ? this.#operations.get(name) : undefined;
  }

  /** Forgets an operation whose row another function than `keep` writes. */
  forget(name: string): void {
    this.#operations.delete(name);
  }

  /** Replaces what the cache has of the operation. */
  keep(stored: StoredOperation): void {
    const { name, message, checkpoint, input, completeTime } = stored.record;
    this.#operations.delete(name);
    // A terminal operation gets no more events, and may expire.
    if (completeTime !== undefined || held(message) + held(checkpoint) + held(input) > MAX_BYTES) return;
    this.#operations.set(name, stored);
    const [oldest] = this.#operations.keys();
    if (this.#operations.size > MAX_OPERATIONS && oldest !== undefined) this.#operations.delete(oldest);
  }

  clear(): void {
    this.#operations.clear();
  }
}

function held(bytes: Uint8Array | undefined): number {
  return bytes?.buffer.byteLength ?? 0;
}
