import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { deterministicUuid, type Journal } from '../durable/journal.ts';
import { Raised } from '../errors/raised.ts';
import type { Value } from '../values/value.ts';
import type { Strand } from './strand.ts';

/**
 * The calls of one execution, recorded in its journal, so that after a restart the execution does not repeat them. Without a journal,
 * calls are only made.
 *
 * Invariant: all that the workflow may see of the world outside is the same in a later process: outcomes, times and random ids.
 */
export class RecordedCalls {
  readonly #executionName: string;
  readonly #clock: Clock;
  readonly #journal: Journal | undefined;
  /** The key of the call that is being made. */
  #key = '';
  #begunAt = 0;

  constructor(executionName: string, clock: Clock, journal: Journal | undefined) {
    this.#executionName = executionName;
    this.#clock = clock;
    this.#journal = journal;
  }

  /** When the call that is being made began: in an earlier process, where it is made again. Milliseconds since the epoch. */
  get begunAt(): number {
    return this.#begunAt;
  }

  /** Records the start of the execution. Returns when it started: now, or in an earlier process. */
  started(): number {
    const now = this.#clock.now();
    return this.#journal?.started(now) ?? now;
  }

  /** Milliseconds since the epoch, as the workflow sees the time. */
  now(): number {
    return this.#journal?.replayTime ?? this.#clock.now();
  }

  /** Whether the workflow has not had all outcomes of an earlier process again, so that an endpoint of it may still be missing. */
  get isReplaying(): boolean {
    return this.#journal?.isReplaying ?? false;
  }

  uuid(): string {
    return this.#journal?.uuid() ?? randomUUID();
  }

  /** Releases no recorded outcome while a strand of the execution waits for its turn. */
  holdWhile(turn: Promise<void>): void {
    this.#journal?.holdWhile(turn);
  }

  /** Holds no strand any longer: the execution ends early. */
  stop(): void {
    this.#journal?.stop();
  }

  /** The id of an execution that the call starts: after a restart the call finds the execution by it. undefined without a journal. */
  childId(number: number): string | undefined {
    return this.#journal && deterministicUuid(`${this.#executionName}:${this.#key}:${number}`);
  }

  /**
   * Makes a call of a strand and records it, or returns the outcome that it had in an earlier process.
   *
   * @param replayed called with a result that is not new
   */
  async make(strand: Strand, call: () => Promise<Value>, replayed?: (value: Value) => void): Promise<Value> {
    const journal = this.#journal;
    if (journal === undefined) {
      this.#begunAt = this.#clock.now();
      return call();
    }
    const key = `${strand.path}#${strand.calls++}`;
    const past = await journal.outcome(key);
    if (past !== undefined) {
      if (past.kind === 'raise') throw new Raised(past.value);
      replayed?.(past.value);
      return past.value;
    }
    this.#begunAt = journal.begin(key, this.#clock.now());
    this.#key = key;
    try {
      const value = await call();
      const held = journal.end(key, this.#clock.now(), { kind: 'result', value });
      if (held !== undefined) await held;
      return value;
    } catch (error) {
      if (error instanceof Raised)
        await journal.end(key, this.#clock.now(), { kind: 'raise', value: error.value });
      throw error;
    }
  }
}
