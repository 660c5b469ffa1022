import type { LeaseHolder } from './leases.ts';
import type { Heartbeat, OperationCalls } from './operation-calls.ts';
import type { Signal } from './signal.ts';
import { TimerLeases } from './timer-leases.ts';
import type { WorkerClock } from './worker-clock.ts';

/** An attempt is asked about as often as one with the default lease is renewed. */
const DEFAULT_LEASE_MS = 60_000;

/**
 * Attempts of operations without a lease. Nothing takes and renews them, so the worker asks about each at its beginning and while its steps
 * run: the CANCEL signal reaches one process only, perhaps another one, or this one while the attempt still waits.
 */
export class UnleasedAttempts {
  readonly #calls: OperationCalls;
  readonly #looks: TimerLeases;

  constructor(calls: OperationCalls, clock: WorkerClock) {
    this.#calls = calls;
    this.#looks = new TimerLeases({ heartbeat: (name, attempt) => calls.look(name, attempt) }, clock);
  }

  /** Not taken: the attempt has ended. Never rejects: without an answer the attempt begins, and is asked about later. */
  async look({ operation, attempt }: Signal): Promise<Heartbeat> {
    const begins = { taken: true, cancelRequested: false };
    return attempt === undefined ? begins : this.#calls.look(operation, attempt).catch(() => begins);
  }

  /** Asks about the attempt until the returned function is called. */
  keep({ operation, attempt }: Signal, holder: LeaseHolder): () => void {
    if (attempt === undefined) return () => {};
    return this.#looks.keep({ operation, attempt, leaseMs: DEFAULT_LEASE_MS, holder });
  }

  stop(): void {
    this.#looks.stop();
  }
}
