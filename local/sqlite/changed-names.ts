import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Participant } from './participant.ts';

/** The operations with changes that are not durable yet. A read of any other operation is answered without waiting for the disk. */
export class ChangedNames implements Participant {
  /** Changed in the open transaction, in committed ones, and in those that are being synchronized. */
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
