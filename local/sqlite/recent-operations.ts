import type { StoredOperation } from './operation-row.ts';
import type { RowCache, RowCaches } from './row-caches.ts';

/**
 * The size of the buffers that the columns are slices of: those of Node's pool have up to 64 KB, and a checkpoint may be a
 * slice of its message. Larger buffers are rare, and reading them is cheap compared with writing them.
 */
const MAX_BYTES = 3 * 65_536;

/**
 * Operations as this process last wrote them. Most events follow shortly after another event of the same operation, and a parent reads
 * its children shortly after they ended. Neither needs to read what this process has just written.
 */
export class RecentOperations implements RowCache {
  readonly #active = new Map<string, StoredOperation>();
  readonly #terminal = new Map<string, StoredOperation>();

  readonly #maxActive: number;
  readonly #maxTerminal: number;

  constructor(caches: RowCaches, maxActive: number) {
    this.#maxActive = maxActive;
    // They are read soon after their end or not at all, and each one takes 2 to 4 KB.
    this.#maxTerminal = Math.ceil(maxActive / 4);
    caches.add(this);
  }

  get(name: string): StoredOperation | undefined {
    return this.#active.get(name) ?? this.#terminal.get(name);
  }

  /** Forgets an operation whose row another function than `keep` writes. */
  forget(name: string): void {
    this.#active.delete(name);
    this.#terminal.delete(name);
  }

  /** Replaces what the cache has of the operation. */
  keep(stored: StoredOperation): void {
    const { name, message, checkpoint, input, completeTime } = stored.record;
    this.forget(name);
    if (held(message) + held(checkpoint) + held(input) > MAX_BYTES) return;
    // Terminal operations have a map of their own, because many of them must not displace the active ones.
    const isActive = completeTime === undefined;
    const operations = isActive ? this.#active : this.#terminal;
    operations.set(name, stored);
    if (operations.size <= (isActive ? this.#maxActive : this.#maxTerminal)) return;
    for (const oldest of operations.keys()) {
      operations.delete(oldest);
      break;
    }
  }

  clear(): void {
    this.#active.clear();
    this.#terminal.clear();
  }
}

function held(bytes: Uint8Array | undefined): number {
  return bytes?.buffer.byteLength ?? 0;
}
