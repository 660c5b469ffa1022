/**
 * Attempts: which worker has an operation, and since when.
 *
 * START and each RESUME hand an operation to a worker, and each handing over is one attempt. An attempt has one holder, the
 * first worker that takes it, and ends once. Attempts order the events of two workers: the clock of one machine is never
 * compared with the clock of another.
 */
import type { AllFields } from './all-fields.ts';

/** How an attempt ended. Unless it was LOST, its worker ended it, and its late progress and checkpoints still count. */
export type AttemptEnd = 'WAITING' | 'FAILED' | 'RELEASED' | 'LOST' | 'SUPERSEDED';

export interface Attempt {
  /** Counts from 1. */
  readonly number: number;
  /** When the orchestrator made the attempt: milliseconds since the epoch, 0 for the first one. */
  readonly startTime: number;
  /** The worker that holds the attempt. Absent until a worker has named itself. */
  readonly worker?: string;
  readonly end?: AttemptEnd;
}

/**
 * The newest attempts of an operation, the current one last.
 *
 * Invariant: the numbers are consecutive. The list is empty while no worker has the operation, and for operations of a release
 * without attempts.
 */
export type Attempts = readonly Attempt[];

/**
 * The number of attempts that are kept. An event that names an older one is stale. An event without an attempt is ordered
 * before all of them.
 */
const KEPT_ATTEMPTS = 16;

/** The number of the current attempt, or 0 if there is none. */
export function attemptNumber(attempts: Attempts): number {
  return attempts.at(-1)?.number ?? 0;
}

export function attemptOf(attempts: Attempts, number: number): Attempt | undefined {
  return attempts.find((one) => one.number === number);
}

/** The number of the attempt that was current at a time. It orders an event that names no attempt. */
export function attemptAt(attempts: Attempts, time: number): number {
  const [oldest] = attempts;
  if (!oldest) return 0;
  const current = attempts.findLast(({ startTime }) => startTime <= time);
  return current ? current.number : oldest.number - 1;
}

/** Every attempt has all fields, so that attempts have one shape. */
function attempt(number: number, startTime: number, worker?: string, end?: AttemptEnd): Attempt {
  return { number, startTime, worker, end } satisfies AllFields<Attempt>;
}

/** Adds a new attempt. If the previous attempt has not ended, the new one ends it. */
export function withNextAttempt(attempts: Attempts, startTime: number): Attempts {
  const before = attempts.at(-1)?.end === undefined ? withAttemptEnd(attempts, 'SUPERSEDED') : attempts;
  const next = attempt(attemptNumber(attempts) + 1, startTime);
  return [...before.slice(1 - KEPT_ATTEMPTS), next];
}

/** Ends the current attempt. The first end stands. */
export function withAttemptEnd(attempts: Attempts, end: AttemptEnd): Attempts {
  const current = attempts.at(-1);
  if (!current || current.end !== undefined) return attempts;
  return attempts.with(-1, attempt(current.number, current.startTime, current.worker, end));
}

/** Makes the worker the holder of the current attempt, unless the attempt has a holder. */
export function withHolder(attempts: Attempts, worker: string | undefined): Attempts {
  const current = attempts.at(-1);
  if (!current || worker === undefined || current.worker !== undefined) return attempts;
  return attempts.with(-1, attempt(current.number, current.startTime, worker, current.end));
}
