/** What a rerun takes over from an earlier operation: its savepoint and its last wait. `rerun-begin.ts` applies it. */
import type { BegunWait } from './outcome.ts';
import type { Savepoint } from './savepoint.ts';
import type { WaitCause, WaitTerms } from './wait.ts';

/** The wait of an earlier operation, as the rerun takes it over. */
export interface RestartedWait extends Omit<BegunWait, 'wait' | 'gone'> {
  readonly terms: WaitTerms;
  /** Present if the wait has ended. The rerun is then resumed at once. */
  readonly cause?: WaitCause;
  /** The keys of the children that did not exist when the wait ended. */
  readonly missing?: readonly string[];
}

export interface Restart extends Savepoint {
  /** Absent if the earlier operation never waited. */
  readonly wait?: RestartedWait;
}
