import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import { keepNewest } from './newest-entries.ts';
import { NumberedWait } from './numbered-wait.ts';
import type { RecentWaits } from './recent-waits.ts';
import type { RowCache, RowCaches } from './row-caches.ts';

/** A child of more waits than this is read from its rows. */
const MAX_WAITS = 10;

/** What is known of open waits without reading them. */
export interface KnownWaits {
  readonly recentWaits: RecentWaits;
  readonly waitsOfChildren: WaitsOfChildren;
}

/**
 * All open waits in which an operation is a pending child, for operations about which this process has asked before: mostly at their
 * creation, and again at their end.
 *
 * An entry counts only while RecentWaits has each of its waits, because the end of a wait leaves the entries of its children.
 */
export class WaitsOfChildren implements RowCache {
  readonly #recentWaits: RecentWaits;
  readonly #maxChildren: number;
  readonly #byChild = new Map<string, readonly NumberedWait[]>();

  constructor(caches: RowCaches, recentWaits: RecentWaits, maxChildren: number) {
    this.#maxChildren = maxChildren;
    this.#recentWaits = recentWaits;
    caches.add(this);
  }

  /** undefined if the rows have to be read. */
  get(child: string): readonly NumberedWait[] | undefined {
    const waits = this.#byChild.get(child);
    return waits?.every((wait) => this.#recentWaits.isOpen(NumberedWait.numberOf(wait) ?? 0))
      ? waits
      : undefined;
  }

  /** `waits` are all open waits in which the child is pending. */
  keep(child: string, waits: readonly NumberedWait[]): void {
    this.#byChild.delete(child);
    if (waits.length > MAX_WAITS) return;
    this.#byChild.set(child, waits);
    keepNewest(this.#byChild, this.#maxChildren);
  }

  /** Adds a wait that has begun, with its pending children. */
  add(number: number, { operation, waitId }: WaitRef, children: readonly string[]): void {
    const wait = new NumberedWait(operation, waitId, number);
    for (const child of children) {
      const known = this.#byChild.get(child);
      if (known) this.keep(child, [...known, wait]);
    }
  }

  /** Call it when the child is no longer pending in one of its waits. */
  forget(child: string): void {
    this.#byChild.delete(child);
  }

  clear(): void {
    this.#byChild.clear();
  }
}
