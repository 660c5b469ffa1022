import { Attempt } from './attempt.ts';
import type { AttemptParts } from './attempt-parts.ts';
import { endOperation } from './end-operation.ts';
import { entrance } from './entry.ts';
import type { Leases } from './leases.ts';
import type { WorkerSpec } from './operation.ts';
import type { Heartbeat } from './operation-calls.ts';
import type { Place } from './places.ts';
import type { PutOffs } from './put-offs.ts';
import { checkpointText, type Signal } from './signal.ts';
import { SignalCopies } from './signal-copies.ts';
import type { SignalMessage } from './signal-source.ts';
import type { UnleasedAttempts } from './unleased-attempts.ts';

/** What the work on every signal of a process shares. */
export interface SignalWorkParts {
  /** By method. */
  readonly workers: ReadonlyMap<string, WorkerSpec>;
  readonly parts: AttemptParts;
  readonly leases: Leases;
  readonly unleased: UnleasedAttempts;
  readonly putOffs: PutOffs;
}

/**
 * The work on one signal: its attempt is taken and runs, and its message is answered.
 *
 * A signal is acknowledged when its attempt is taken. Without a lease the orchestrator cannot notice a crash, so then the signal is
 * acknowledged after the attempt. See unleased-attempts.ts.
 */
export class SignalWork {
  signal: Signal;
  readonly copies: SignalCopies;
  readonly place: Place;
  readonly #shared: SignalWorkParts;
  /** Absent until the attempt is taken. */
  #attempt: Attempt | undefined;
  /** A CANCEL may overtake the answer that the attempt is taken, which then does not know of it. */
  #cancelRequested = false;
  #isGraceOver = false;

  constructor(signal: Signal, message: SignalMessage, place: Place, shared: SignalWorkParts) {
    this.signal = signal;
    this.copies = new SignalCopies(message);
    this.place = place;
    this.#shared = shared;
  }

  cancel(): void {
    this.#cancelRequested = true;
    this.#attempt?.abort('CANCEL');
  }

  /** The time is over that a stopping process gives its steps. */
  endGrace(): void {
    this.#isGraceOver = true;
    this.#attempt?.abort('SHUTDOWN');
  }

  /** Rejects if an attempt ends by an error that it cannot report. */
  async run(): Promise<void> {
    const { workers, parts, putOffs } = this.#shared;
    const leaseMs = this.signal.attempt === undefined ? undefined : this.signal.leaseMs;
    // Before the signal is read: an attempt without a lease may have saved something since its signal was made.
    const looked = leaseMs === undefined ? await this.#look() : undefined;
    const found = entrance(workers, this.signal, parts.calls);
    const entered = found instanceof Promise ? await found : found;
    if (entered.type === 'leave') return putOffs.leave(this.copies, entered.reason);
    const { taken, cancelRequested } = looked ?? (await this.#take());
    if (!taken || leaseMs !== undefined) this.copies.ack();
    if (!taken) return;
    this.#cancelRequested ||= cancelRequested;
    if (entered.type === 'end') {
      await endOperation(this.signal, entered.failure, parts);
      if (leaseMs === undefined) this.copies.ack();
      return;
    }
    const attempt = new Attempt(this.signal, entered.entry, parts, this.place);
    this.#begin(attempt);
    const release = this.#keep(attempt, leaseMs);
    try {
      const end = await attempt.run();
      if (leaseMs === undefined) end === 'done' ? this.copies.ack() : this.copies.putOff(0);
    } finally {
      release();
    }
  }

  /** Asks about an attempt without a lease. It goes on from what it has saved: nothing makes another attempt of it. */
  async #look(): Promise<Heartbeat> {
    const { signal } = this;
    const answer = await this.#shared.unleased.look(signal);
    const { checkpoint, resumePoint } = answer.saved ?? {};
    this.signal = {
      ...signal,
      checkpoint: checkpoint === undefined ? signal.checkpoint : checkpointText(checkpoint),
      resumePoint: resumePoint ?? signal.resumePoint,
    };
    return answer;
  }

  #take(): Promise<Heartbeat> {
    const { operation, attempt = 0, method } = this.signal;
    const { workers, parts } = this.#shared;
    return parts.calls.heartbeat(operation, attempt, workers.get(method)?.catchStep);
  }

  /** What came before the attempt was taken is about the attempt too. */
  #begin(attempt: Attempt): void {
    this.#attempt = attempt;
    if (this.#cancelRequested) attempt.abort('CANCEL');
    if (this.#isGraceOver) attempt.abort('SHUTDOWN');
  }

  /** Keeps the lease, or asks about the attempt, until the returned function is called. */
  #keep(holder: Attempt, leaseMs: number | undefined): () => void {
    const { operation, attempt = 0 } = this.signal;
    const { leases, unleased } = this.#shared;
    return leaseMs === undefined
      ? unleased.keep(this.signal, holder)
      : leases.keep({ operation, attempt, leaseMs, holder });
  }
}
