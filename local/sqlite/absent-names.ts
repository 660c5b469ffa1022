import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { keepNewest } from './newest-entries.ts';
import type { RowCache, RowCaches } from './row-caches.ts';

/**
 * Names that no operation has: a wait has asked about the names of the children that it spawns, and the children are created shortly
 * afterwards. A name stays until an operation gets it.
 */
export class AbsentNames implements RowCache {
  readonly #names = new Set<string>();
  readonly #maxNames: number;

  constructor(caches: RowCaches, maxNames: number) {
    this.#maxNames = maxNames;
    caches.add(this);
  }

  has(name: OperationName): boolean {
    return this.#names.has(name);
  }

  add(name: OperationName): void {
    this.#names.add(name);
    keepNewest(this.#names, this.#maxNames);
  }

  /** Call it when an operation with the name is written. */
  remove(name: OperationName): void {
    this.#names.delete(name);
  }

  clear(): void {
    this.#names.clear();
  }
}
