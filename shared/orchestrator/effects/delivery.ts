/** A delivery: the effects of one operation that one call carries out. */
import type { OutboxEntry } from '../../lifecycle/effect.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import type { Wait } from '../../lifecycle/wait.ts';

export type PendingEffect = Pick<OutboxEntry, 'effect' | 'attempts'>;

/** Effects of one operation, with the operation as the caller has read it. */
export interface Delivery {
  readonly operation: Operation;
  /** The wait that the effects are about, if the caller has it. */
  readonly wait?: Wait;
  readonly effects: readonly PendingEffect[];
  /** When the event that caused the effects was published, if the caller knows it: milliseconds since the epoch. */
  readonly since?: number;
}

/** `AGAIN`: this call has done as much as one call may, and more is left. */
export type Carried = 'DONE' | 'AGAIN';
