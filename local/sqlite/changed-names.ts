import type { Participant } from './participant.ts';

/**
 * The operations with changes that are not durable yet, or the children whose pending rows have such changes. What is read about any other
 * one is answered without waiting for the disk, nor for a commit under way.
 */
export class ChangedNames implements Participant {
  /** Changed in the open transaction, in committed ones, and in those that are being synchronized. */
  #open = new Set<string>();
  #committed = new Set<string>();
  #syncing = new Set<string>();

  add(name: string): void {
    this.#open.add(name);
  }

  has(name: string): boolean {
    return this.#open.has(name) || this.#committed.has(name) || this.#syncing.has(name);
  }

  hasAny(names: readonly string[]): boolean {
    return names.some((name) => this.has(name));
  }

  committed(): void {
    if (this.#open.size === 0) return;
    if (this.#committed.size === 0) {
      [this.#committed, this.#open] = [this.#open, this.#committed];
      return;
    }
    for (const name of this.#open) this.#committed.add(name);
    this.#open.clear();
  }

  rolledBack(): void {
    this.#open.clear();
  }

  syncing(): void {
    [this.#committed, this.#syncing] = [this.#syncing, this.#committed];
  }

  synced(): void {
    this.#syncing.clear();
  }
}

/** What a read of settled rows must not be about. */
export interface UnsettledNames {
  readonly changed: ChangedNames;
  /** The children of waits whose pending rows have changes. The end of a wait changes only its operation. */
  readonly changedChildren: ChangedNames;
  /** The names that a wait has reserved. The end of a reservation changes the operation of the wait. */
  readonly reserved: ChangedNames;
}
