import type { Telemetry } from '../telemetry/telemetry.ts';
import type { ReadExternal } from './external-result.ts';
import type { Log } from './op.ts';
import type { OperationCalls } from './operation-calls.ts';
import type { Probe } from './probe.ts';
import type { WorkerClock } from './worker-clock.ts';

/** The parts of a worker process that its attempts share. */
export interface AttemptParts {
  readonly calls: OperationCalls;
  readonly clock: WorkerClock;
  /** Names this process in the events. */
  readonly workerName: string;
  /** Whether callers see the message of an error that is no OperationError. */
  readonly exposeErrors: boolean;
  readonly log: Log;
  readonly fetch: typeof fetch;
  readonly readExternal: ReadExternal;
  readonly probe?: Probe;
  /** Off if absent. */
  readonly telemetry?: Telemetry;
}
