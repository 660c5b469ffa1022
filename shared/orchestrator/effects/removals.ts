import type { Effect } from '../../lifecycle/effect.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { OutboxRemoval } from '../ports/outbox.ts';
import type { OperationStore } from '../ports/store.ts';

/**
 * Outbox entries to remove at the end of a delivery: its own, and those of operations that it resumed meanwhile. So one
 * call removes all of them. All of their effects are carried out.
 */
export class Removals {
  readonly #entries: OutboxRemoval[] = [];

  add(operation: OperationName, effects: readonly Effect[]): void {
    if (effects.length > 0) this.#entries.push({ operation, effects });
  }

  async removeFrom(store: OperationStore): Promise<void> {
    const [first, ...others] = this.#entries.splice(0);
    if (first) await store.removeEffects(first.operation, first.effects, others);
  }
}
