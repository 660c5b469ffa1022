import { attemptEvent } from './attempt-event.ts';
import type { AttemptParts } from './attempt-parts.ts';
import type { Occurrence } from './operation-calls.ts';
import type { Signal } from './signal.ts';
import { type Persistence, untilSent } from './unsent-event.ts';

/** Sends the events of one attempt, in order. */
export class AttemptEvents {
  readonly #signal: Signal;
  readonly #parts: AttemptParts;
  #sequence = 0;

  constructor(signal: Signal, parts: AttemptParts) {
    this.#signal = signal;
    this.#parts = parts;
  }

  /**
   * Sends an event until it is accepted or refused, or retrying is over. Resolves to false if the attempt is past.
   *
   * @throws ApiError if the orchestrator refuses the event, UnsentEvent if it cannot be sent
   */
  send(occurrence: Occurrence, persistence: Persistence): Promise<boolean> {
    const { calls, telemetry, workerName } = this.#parts;
    // Without telemetry, the worker passes on the trace of the signal.
    const traceparent = telemetry?.traceparent() ?? this.#signal.traceparent;
    const origin = { workerName, sequence: ++this.#sequence, traceparent: traceparent || undefined };
    const event = attemptEvent(this.#signal, origin, occurrence);
    return untilSent(() => calls.apply(event), persistence);
  }
}
