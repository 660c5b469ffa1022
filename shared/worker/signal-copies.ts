/**
 * The copies of one signal in this process. Pub/Sub takes the acknowledgement of one copy for all of them, so no copy is acknowledged
 * before the signal is. Otherwise a signal whose attempt is not taken, or ends with the process, would be lost.
 *
 * The first answer stands. An attempt with a lease whose end could not be reported is not put off after its acknowledgement: its lease
 * runs out, and the next attempt begins with what this one has saved. The signal would begin the same attempt again, with less.
 */
import type { SignalMessage } from './signal-source.ts';

type Answer = (message: SignalMessage) => void;

const acknowledge: Answer = (message) => message.ack();

export class SignalCopies implements SignalMessage {
  readonly #first: SignalMessage;
  #others: SignalMessage[] | undefined;
  /** How the copies were answered. */
  #answer: Answer | undefined;

  constructor(first: SignalMessage) {
    this.#first = first;
  }

  get data(): Uint8Array {
    return this.#first.data;
  }

  get attributes(): Readonly<Record<string, string>> {
    return this.#first.attributes;
  }

  /** The copy is answered as the others are. */
  add(copy: SignalMessage): void {
    if (this.#answer) {
      this.#answer(copy);
      return;
    }
    this.#others ??= [];
    this.#others.push(copy);
  }

  ack(): void {
    this.#answerAll(acknowledge);
  }

  putOff(delayMs: number): void {
    this.#answerAll((message) => message.putOff(delayMs));
  }

  ended(): void {
    this.#first.ended?.();
    for (const copy of this.#others ?? []) copy.ended?.();
  }

  #answerAll(answer: Answer): void {
    if (this.#answer) return;
    this.#answer = answer;
    answer(this.#first);
    for (const copy of this.#others ?? []) answer(copy);
  }
}
