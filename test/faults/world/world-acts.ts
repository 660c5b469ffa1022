import type { Orchestrator } from '../../../shared/orchestrator/orchestrator.ts';
import type { Outside } from './outside.ts';

/** The actions of a scenario besides publishing events. */
export interface WorldActs {
  readonly outside: Outside;
  /** Stops all processes for this long: no message is handled, and `sweep` does not run. */
  outage(ms: number): void;
  /** Calls a use case, and repeats the call while it fails for a reason that may pass. */
  call(use: (orchestrator: Orchestrator) => Promise<unknown>): Promise<void>;
}
