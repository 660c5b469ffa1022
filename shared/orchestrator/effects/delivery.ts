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
  /** The wait that the caller has just seen over because of this operation's end, as its settleWait would find it. */
  readonly progress?: WaitProgress;
  /** The children of `wait`, if the caller reads them meanwhile; undefined where that failed. */
  readonly summary?: Promise<WaitSummary | undefined>;
  /** Takes the entries of carried-out effects, so that the caller removes them together with its own. */
  readonly removals?: Removals;
}

/** `AGAIN`: this call has done as much as one call may, and more is left. */
export type Carried = 'DONE' | 'AGAIN';
