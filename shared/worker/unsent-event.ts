import { OperationError } from '../client/operation-error.ts';
import { retryPauseMs } from '../client/retry-pause.ts';

/** Neither the orchestrator nor the bus accepted an event, for a reason that is not a fault of the event or of its step. */
export class UnsentEvent extends OperationError {
  /** The later one of the times at which the orchestrator and the bus take calls again, from now in milliseconds. */
  readonly retryDelayMs: number;

  /**
   * @param cause the error of the bus
   * @param unapplied the error of the orchestrator
   */
  constructor(cause: unknown, unapplied?: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('UNAVAILABLE', `The event reached neither the orchestrator nor the lifecycle topic: ${reason}`, {
      cause,
    });
    this.retryDelayMs = Math.max(retryPauseMs(cause, 0), retryPauseMs(unapplied, 0));
  }
}

/**
 * How long the worker retries one event, in milliseconds. The attempt then ends without an event. Its lease expires, and another worker
 * gets the operation.
 */
const PATIENCE_MS = 600_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

export interface Persistence {
  /** Resolves after this time in milliseconds, or as soon as the attempt ends or the process stops. */
  readonly pause: (ms: number) => Promise<void>;
  /** Whether to stop retrying, because the attempt has ended or the process stops. */
  readonly isOver: () => boolean;
}

/**
 * Sends an event that failed with `error` until it is accepted or refused, so that a restart of the orchestrator neither loses the
 * outcome of a step nor fails the step. The event keeps its id, so that it is applied once.
 *
 * @throws the error if it is a refusal, or else UnsentEvent after ten minutes, or once `isOver`, after one last try
 */
export async function sendAgain(
  send: () => Promise<boolean>,
  error: unknown,
  { pause, isOver }: Persistence,
): Promise<boolean> {
  let last = error;
  let pauseMs = FIRST_PAUSE_MS;
  for (let waitedMs = 0; ; ) {
    if (!(last instanceof UnsentEvent) || isOver() || waitedMs >= PATIENCE_MS) throw last;
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    // Random, because all attempts of all workers wait for the end of the same outage.
    const delayMs = retryPauseMs(last, pauseMs * (0.5 + Math.random() / 2));
    waitedMs += last.retryDelayMs + pauseMs;
    await pause(delayMs);
    try {
      return await send();
    } catch (again) {
      last = again;
    }
  }
}
