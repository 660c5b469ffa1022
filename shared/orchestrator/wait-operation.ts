import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, type LiveOperation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { existingOperation } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';

export interface WaitRequest {
  readonly operation: OperationName;
  readonly timeoutMs: number;
  /** Aborted when the caller no longer waits for the answer. */
  readonly signal: AbortSignal;
}

/** Resolves after a number of milliseconds, and rejects once the signal is aborted. */
export type Pause = (millis: number, signal: AbortSignal) => Promise<void>;

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5_000;
const GROWTH = 1.5;

/**
 * Returns the operation once it is done, or as it is at the timeout. Rejects with OperationNotFound, also if the
 * operation is deleted meanwhile, and with the signal's reason once it is aborted.
 *
 * The interval between reads grows: a waiting caller costs at most one read in five seconds, not one for each change. A
 * read between the first and the last may be older than now, by less than the pause before it: it is never older than the
 * read before.
 */
export async function waitOperation(
  orchestrator: Pick<Orchestrator, 'store' | 'now'>,
  { operation, timeoutMs, signal }: WaitRequest,
  pause: Pause = pauseInRealTime,
): Promise<LiveOperation> {
  const deadline = orchestrator.now() + timeoutMs;
  // A clock that is set back does not make the call longer.
  let paused = 0;
  let maxAgeMs: number | undefined;
  for (let length = FIRST_PAUSE_MS; ; length = Math.min(length * GROWTH, MAX_PAUSE_MS)) {
    signal.throwIfAborted();
    const found = await existingOperation(orchestrator, operation, maxAgeMs);
    const remaining = Math.min(deadline - orchestrator.now(), timeoutMs - paused);
    if (isTerminal(found) || remaining <= 0) return found;
    const millis = Math.min(jittered(length), remaining);
    await pause(millis, signal);
    paused += millis;
    // The last answer is as of now, and so is the first: an operation that was just created is found.
    maxAgeMs = millis < remaining ? millis / 2 : undefined;
  }
}

/** Between half and all of the interval, so that callers that began together do not read together. */
function jittered(length: number): number {
  return length * (0.5 + Math.random() / 2);
}

async function pauseInRealTime(millis: number, signal: AbortSignal): Promise<void> {
  await sleep(millis, undefined, { signal });
}
