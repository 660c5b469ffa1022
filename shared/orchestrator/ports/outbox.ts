/** The outbox of the store: the effects of committed events that are not carried out yet. */
import type { Effect, OutboxEntry } from '../../lifecycle/effect.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';

/** Outbox entries of one operation that are carried out. */
export interface OutboxRemoval {
  readonly operation: OperationName;
  readonly effects: readonly Effect[];
}

/** Reads, removes and postpones the entries of the outbox. */
export interface Outbox {
  /** The effects of the operation that are not carried out yet. */
  outbox(name: OperationName): Promise<readonly OutboxEntry[]>;
  /** Removes the entries of the operation and of `others` in one transaction. */
  removeEffects(
    name: OperationName,
    effects: readonly Effect[],
    others?: readonly OutboxRemoval[],
  ): Promise<void>;
  /** Records a failed try, or that the effect has to wait. `sweep` may try again at `due`. */
  postponeEffect(name: OperationName, effect: Effect, due: number): Promise<void>;
  /** Effects that are due at `now`, of any operation. */
  dueEffects(now: number, limit: number): Promise<readonly OutboxEntry[]>;
}
