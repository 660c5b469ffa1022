import { OperationError } from '../client/operation-error.ts';
import type { WorkerClock } from './worker-clock.ts';

/** Neither the orchestrator nor the bus has taken an event. That says nothing about the event, or about the step behind it. */
export class UnsentEvent extends OperationError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('UNAVAILABLE', `The event reached neither the orchestrator nor the lifecycle topic: ${reason}`, {
      cause,
    });
  }
}

/**
 * How long one event is sent again and again, in milliseconds. The attempt then ends without a word: its lease runs out, and
 * another worker may be one that can send.
 */
const PATIENCE_MS = 600_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

export interface Persistence {
  readonly clock: WorkerClock;
  /** Whether to give up: the attempt is past, or the process ends. */
  readonly isOver: () => boolean;
}

/**
 * Sends an event until it is taken or refused. What a step has come to is not lost, and is not the step's failure, because the
 * orchestrator is started again just then. The event keeps its id, so that it counts once.
 *
 * @throws UnsentEvent after ten minutes, or once `isOver`
 */
export async function untilSent(
  send: () => Promise<boolean>,
  { clock, isOver }: Persistence,
): Promise<boolean> {
  let pauseMs = FIRST_PAUSE_MS;
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof UnsentEvent) || isOver() || waitedMs >= PATIENCE_MS) throw error;
    }
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    // Not all at once: every attempt of every worker waits for the same outage to end.
    const jitteredMs = pauseMs * (0.5 + Math.random() / 2);
    await new Promise<void>((resolve) => void clock.after(jitteredMs, resolve));
  }
}
