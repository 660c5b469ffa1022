import type { Effect } from '../../lifecycle/effect.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { OutboxRemoval } from '../ports/outbox.ts';
import type { OperationStore } from '../ports/store.ts';

/**
 * Outbox entries to remove at the end of a delivery: its own, and those of operations that it resumed meanwhile. So one
 * call removes all of them. All of their effects are carried out.
 */
export class Removals {
  #first: OutboxRemoval | undefined;
  #others: OutboxRemoval[] | undefined;

  add(operation: OperationName, effects: readonly Effect[]): void {
    if (effects.length === 0) return;
    if (!this.#first) this.#first = { operation, effects };
    else if (!this.#others) this.#others = [{ operation, effects }];
    else this.#others.push({ operation, effects });
  }

  /** Returns undefined if there is nothing to remove. */
  removeFrom(store: OperationStore): Promise<void> | undefined {
    const first = this.#first;
    if (!first) return undefined;
    const others = this.#others;
    this.#first = undefined;
    this.#others = undefined;
    return store.removeEffects(first.operation, first.effects, others);
  }
}
