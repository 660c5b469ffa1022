import { randomUUID } from 'node:crypto';
import type { OperationCalls } from './operation-calls.ts';
import type { Signal } from './signal.ts';
import type { SignalMessage } from './signal-source.ts';

/** google.rpc.Code */
const UNAVAILABLE = 14;

export interface TakenMessageParts {
  readonly calls: Pick<OperationCalls, 'apply'>;
  readonly workerName: string;
  /** Called when the attempt is given back. */
  readonly onRelease: () => void;
}

/**
 * A signal whose attempt was taken with its delivery: no other worker may begin it any more. So to put it off is to release the
 * attempt: the next one begins at once, with a signal of its own, and no try is used up.
 */
export class TakenMessage implements SignalMessage {
  readonly data: Uint8Array;
  readonly attributes: SignalMessage['attributes'];
  readonly taken: SignalMessage['taken'];
  readonly #message: SignalMessage;
  readonly #signal: Signal;
  readonly #parts: TakenMessageParts;
  #begun = false;

  constructor(message: SignalMessage, signal: Signal, parts: TakenMessageParts) {
    this.data = message.data;
    this.attributes = message.attributes;
    this.taken = message.taken;
    this.#message = message;
    this.#signal = signal;
    this.#parts = parts;
  }

  /** The attempt begins, and reports its end by itself. */
  ack(): void {
    this.#begun = true;
    this.#message.ack();
  }

  putOff(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { operation, attempt } = this.#signal;
    const { calls, workerName, onRelease } = this.#parts;
    const error = { code: UNAVAILABLE, message: 'The worker left the attempt to another one.' };
    const fields = { operation, eventId: randomUUID(), worker: workerName };
    const event = { ...fields, ...(attempt !== undefined && { attempt }) };
    onRelease();
    this.#message.ack();
    // Where that fails, the lease runs out.
    calls.apply({ ...event, attemptFailed: { error, released: true } }).catch(() => {});
  }
}
