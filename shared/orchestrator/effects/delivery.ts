/** A delivery: the effects of one operation that one call carries out. */
import type { OutboxEntry } from '../../lifecycle/effect.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import type { Wait } from '../../lifecycle/wait.ts';
import type { WaitProgress, WaitSummary } from '../ports/store.ts';
import type { Removals } from './removals.ts';

export type PendingEffect = Pick<OutboxEntry, 'effect' | 'attempts'>;

/** Effects of one operation, with the operation as the caller has read it. */
export interface Delivery {
  readonly operation: Operation;
  /** The wait that the effects are about, if the caller has it. */
  readonly wait?: Wait;
  readonly effects: readonly PendingEffect[];
  /** When the event that caused the effects was published, if the caller knows it: milliseconds since the epoch. */
  readonly since?: number;
  /** The wait that this operation's end has made over, as the caller has just read it. settleWait would read the same. */
  readonly progress?: WaitProgress;
  /** The children of `wait`, if the caller reads them at the same time. undefined if that read failed. */
  readonly summary?: Promise<WaitSummary | undefined>;
  /** Takes the entries of carried-out effects, so that the caller removes them together with its own. */
  readonly removals?: Removals;
}

/** `AGAIN`: work is left, because this call has reached the limit of one call. */
export type Carried = 'DONE' | 'AGAIN';
