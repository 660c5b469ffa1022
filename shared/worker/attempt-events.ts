/**
 * Sends the events of one attempt.
 *
 * Invariants:
 *  1. Events are numbered in the order of the calls of `send`. The numbers of an attempt that runs again, because its signal was delivered
 *     again, follow those of its earlier run: otherwise its progress and its checkpoints would count as older than the earlier ones.
 *  2. An event that is not applied shows that the attempt has lost its lease. The attempt is past from then on.
 */
import { attemptEvent, type EventOrigin } from './attempt-event.ts';
import type { AttemptParts } from './attempt-parts.ts';
import type { LifecycleEvent, Occurrence } from './operation-calls.ts';
import { pastError } from './past-error.ts';
import { Pauses } from './pauses.ts';
import type { Signal } from './signal.ts';
import { sendAgain } from './unsent-event.ts';

/** More than an attempt can send. A number stays below 2^53 until the year 2255. */
const NUMBERS_PER_MS = 1_000;

/** What the sender needs from its attempt. */
export interface SendingAttempt {
  readonly signal: Signal;
  readonly parts: AttemptParts;
  readonly past: boolean;
  /** Whether the process stops. */
  readonly stopping: boolean;
  abort(reason: 'LEASE_LOST'): void;
}

/** It is the origin of its newest event, so that an event needs no further object. */
export class AttemptEvents implements EventOrigin {
  readonly workerName: string;
  sequence: number;
  traceparent: string | undefined;
  readonly #attempt: SendingAttempt;
  // Made when it is needed, because most attempts send each event once, and thousands of attempts may be under way.
  #pauses: Pauses | undefined;

  constructor(attempt: SendingAttempt) {
    this.workerName = attempt.parts.workerName;
    this.sequence = attempt.parts.clock.now() * NUMBERS_PER_MS;
    this.#attempt = attempt;
  }

  /**
   * Sends an event until it is accepted.
   *
   * @throws OperationError ABORTED if the attempt is past, ApiError if the orchestrator refuses the event, UnsentEvent if it
   * cannot be sent
   */
  async send(occurrence: Occurrence, mayRetry = true): Promise<'done'> {
    const event = this.#event(occurrence);
    let applied: boolean;
    try {
      applied = await this.#attempt.parts.calls.apply(event);
    } catch (error) {
      if (!mayRetry) throw error;
      applied = await this.#sendAgain(event, error);
    }
    if (applied) return 'done';
    this.#attempt.abort('LEASE_LOST');
    throw pastError();
  }

  /** Ends the pauses between tries: each event that is not accepted yet gets one last try. */
  endPauses(): void {
    this.#pauses?.end();
  }

  #event(occurrence: Occurrence): LifecycleEvent {
    const { signal, parts } = this.#attempt;
    this.sequence++;
    // Without telemetry, the worker passes on the trace of the signal.
    this.traceparent = (parts.telemetry?.traceparent() ?? signal.traceparent) || undefined;
    return attemptEvent(signal, this, occurrence);
  }

  #sendAgain(event: LifecycleEvent, error: unknown): Promise<boolean> {
    const attempt = this.#attempt;
    this.#pauses ??= new Pauses(attempt.parts.clock);
    const pauses = this.#pauses;
    return sendAgain(() => attempt.parts.calls.apply(event), error, {
      isOver: () => attempt.past || attempt.stopping,
      pause: (ms) => pauses.pause(ms),
    });
  }
}
