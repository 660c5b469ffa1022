import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Participant } from './commit-queue.ts';

/** The operations that a crash could still take back to what they were: what is read of any other is safe to show. */
export class ChangedNames implements Participant {
  /** Of the transaction under way, of those that are committed, and of those that the disk is taking. */
  #open = new Set<OperationName>();
  #committed = new Set<OperationName>();
  #syncing = new Set<OperationName>();

  add(name: OperationName): void {
    this.#open.add(name);
  }

  has(name: OperationName): boolean {
    return this.#open.has(name) || this.#committed.has(name) || this.#syncing.has(name);
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
