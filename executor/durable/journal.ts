import { createHash } from 'node:crypto';
import type { Value } from '../values/value.ts';

/** The outcome of a call. */
export interface CallOutcome {
  readonly kind: 'result' | 'raise';
  readonly value: Value;
}

/**
 * The record of one call in a journal. The key identifies the call within its execution: the strand, and the number of the call
 * in the strand.
 */
export interface JournalEntry {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
  readonly endedAt?: number;
  readonly outcome?: CallOutcome;
}

/** The storage of a journal. Each call returns once the record survives the end of this process. */
export interface JournalWriter {
  started(at: number): void;
  begin(key: string, begunAt: number): void;
  end(key: string, endedAt: number, outcome: CallOutcome): void;
}

/**
 * Records the calls of one execution, so that a later process can continue it. The later process runs the workflow again from its
 * start. For each recorded call it uses the recorded outcome, in the order in which the calls ended, and it makes all other
 * calls. This works because a workflow is deterministic between its calls.
 */
export class Journal {
  readonly #executionId: string;
  readonly #writer: JournalWriter;
  readonly #begun = new Map<string, number>();
  /** The recorded calls that had not ended and that the workflow has not made again yet. */
  readonly #underWay = new Set<string>();
  /** The recorded calls that the workflow has not repeated yet, in the order in which they ended. */
  readonly #ended = new Map<string, JournalEntry>();
  readonly #waiting = new Map<string, () => void>();
  readonly #startedAt: number | undefined;
  #replayTime: number | undefined;
  /** The strands that wait for their turn on the event loop. */
  #pausedStrands = 0;
  #uuids = 0;
  /** Until the workflow has had all recorded outcomes, and has gone on from the last one as far as it can. */
  #isReplaying: boolean;
  #isStopped = false;
  readonly #replayed: Promise<void>;
  #endReplay: () => void = () => {};

  /**
   * @param past in the order in which the calls ended
   * @param startedAt undefined for a new execution, and where an earlier release wrote the records
   */
  constructor(
    executionId: string,
    past: readonly JournalEntry[],
    writer: JournalWriter,
    startedAt: number | undefined,
  ) {
    this.#executionId = executionId;
    this.#writer = writer;
    for (const { key, begunAt } of past) this.#begun.set(key, begunAt);
    for (const entry of past) {
      if (entry.outcome === undefined) this.#underWay.add(entry.key);
      else this.#ended.set(entry.key, entry);
    }
    const firstCall = past.reduce((first, { begunAt }) => Math.min(first, begunAt), Number.POSITIVE_INFINITY);
    this.#startedAt = startedAt ?? (past.length === 0 ? undefined : firstCall);
    this.#replayTime = this.#startedAt;
    this.#isReplaying = this.#ended.size > 0;
    this.#replayed = new Promise((resolve) => {
      this.#endReplay = resolve;
    });
  }

  /** Whether outcomes of an earlier process are left that the workflow has not had again. */
  get isReplaying(): boolean {
    return this.#isReplaying;
  }

  /**
   * The time that the workflow sees during the replay: that of its start, then that of the last outcome. undefined after the
   * replay, which lasts until the workflow has made the calls again that were under way, because what it computed before
   * them, such as a deadline, is part of them.
   */
  get replayTime(): number | undefined {
    return this.#isReplaying || this.#underWay.size > 0 ? this.#replayTime : undefined;
  }

  /** Returns when the execution started: now, or in an earlier process. */
  started(now: number): number {
    if (this.#startedAt !== undefined) return this.#startedAt;
    this.#writer.started(now);
    return now;
  }

  /** Returns the recorded outcome of the call, in the recorded order. Returns undefined if the call had not ended. */
  outcome(key: string): Promise<CallOutcome> | undefined {
    const entry = this.#ended.get(key);
    const { outcome } = entry ?? {};
    if (entry === undefined || outcome === undefined) return undefined;
    const turn = new Promise<void>((resolve) => {
      this.#waiting.set(key, resolve);
    });
    this.#releaseLater();
    return turn.then(() => {
      this.#replayTime = entry.endedAt;
      this.#ended.delete(key);
      this.#releaseLater();
      return outcome;
    });
  }

  /** Returns when the call began: now, or in an earlier process. */
  begin(key: string, now: number): number {
    const begunAt = this.#begun.get(key);
    this.#underWay.delete(key);
    if (begunAt !== undefined) return begunAt;
    this.#begun.set(key, now);
    this.#writer.begin(key, now);
    return now;
  }

  /** Resolves when the workflow may have the outcome, which is after all recorded ones. undefined: at once. */
  end(key: string, now: number, outcome: CallOutcome): Promise<void> | undefined {
    this.#writer.end(key, now, outcome);
    if (this.#isReplaying) return this.#replayed;
    this.#underWay.clear();
    return undefined;
  }

  /** Returns a UUID that is the same when the workflow is replayed. */
  uuid(): string {
    return deterministicUuid(`${this.#executionId}:${this.#uuids++}`);
  }

  /**
   * Releases no outcome until `turn` resolves: the strand that waits for it has not reached its next call, and the strand of a
   * later outcome must not overtake it.
   */
  holdWhile(turn: Promise<void>): void {
    if (!this.#isReplaying) return;
    this.#pausedStrands++;
    turn.then(() => {
      this.#pausedStrands--;
      this.#releaseLater();
    });
  }

  /** Holds no strand any longer, because the execution ends early and some of them will not reach their next call. */
  stop(): void {
    this.#isStopped = true;
    this.#release();
  }

  /** Releases the next outcome once every strand has gone on to its next call. */
  #releaseLater(): void {
    setImmediate(() => this.#release());
  }

  #release(): void {
    if (this.#isStopped) {
      for (const release of this.#waiting.values()) release();
      this.#waiting.clear();
      this.#endReplay();
      return;
    }
    if (this.#pausedStrands > 0) return;
    const [first] = this.#ended.keys();
    if (first === undefined) {
      this.#isReplaying = false;
      this.#endReplay();
      return;
    }
    this.#waiting.get(first)?.();
    this.#waiting.delete(first);
  }
}

/** Derives a UUID (version 8, RFC 9562) from a text. */
export function deterministicUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
