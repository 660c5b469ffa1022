/**
 * Attempts: which worker has an operation, and since when.
 *
 * An attempt is one handing over of an operation to a worker. START and each RESUME make one. It has one holder, the
 * first worker that takes it, and ends once. Attempts order what two workers say one after the other: no clock of a
 * worker is compared with that of another machine.
 */

/** How an attempt ended. Of one that ended by its own word (not LOST), late progress and checkpoints still count. */
export type AttemptEnd = 'WAITING' | 'FAILED' | 'RELEASED' | 'LOST' | 'SUPERSEDED';

export interface Attempt {
  /** From 1 on. */
  readonly number: number;
  /** When the orchestrator made it: milliseconds since the epoch, 0 for the first. */
  readonly startTime: number;
  /** The worker that holds it; absent while no worker has said its name. */
  readonly worker?: string;
  readonly end?: AttemptEnd;
}

/**
 * The newest attempts of an operation, the current one last.
 *
 * Invariant: the numbers follow one another. It is empty while no worker has been handed the operation, and for
 * operations of a release that knew no attempts.
 */
export type Attempts = readonly Attempt[];

/** So many are kept. An event that names an older one is stale, one without an attempt is ordered before all of them. */
const KEPT_ATTEMPTS = 16;

/** The number of the current attempt; 0 where there is none. */
export function attemptNumber(attempts: Attempts): number {
  return attempts.at(-1)?.number ?? 0;
}

export function attemptOf(attempts: Attempts, number: number): Attempt | undefined {
  return attempts.find((attempt) => attempt.number === number);
}

/** The number of the attempt that was current at a time: what orders an event that names no attempt. */
export function attemptAt(attempts: Attempts, time: number): number {
  const [oldest] = attempts;
  if (!oldest) return 0;
  const current = attempts.findLast(({ startTime }) => startTime <= time);
  return current ? current.number : oldest.number - 1;
}

/** With a new attempt; one that has not ended before is ended by it. */
export function withNextAttempt(attempts: Attempts, startTime: number): Attempts {
  const before = attempts.at(-1)?.end === undefined ? withAttemptEnd(attempts, 'SUPERSEDED') : attempts;
  const next: Attempt = { number: attemptNumber(attempts) + 1, startTime };
  return [...before.slice(1 - KEPT_ATTEMPTS), next];
}

/** With the current attempt ended; the first end stands. */
export function withAttemptEnd(attempts: Attempts, end: AttemptEnd): Attempts {
  const current = attempts.at(-1);
  if (!current || current.end !== undefined) return attempts;
  return [...attempts.slice(0, -1), { ...current, end }];
}

/** With the current attempt held by the worker, unless it has a holder. */
export function withHolder(attempts: Attempts, worker: string | undefined): Attempts {
  const current = attempts.at(-1);
  if (!current || worker === undefined || current.worker !== undefined) return attempts;
  return [...attempts.slice(0, -1), { ...current, worker }];
}
