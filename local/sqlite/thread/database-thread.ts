import { fstatSync } from 'node:fs';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { Failure } from '../../../shared/orchestrator/ports/failure.ts';
import type { SqlValue } from '../connection.ts';
import { type LostStage, LostTransaction } from './lost-transaction.ts';
import type { SentBatch } from './statement-batch.ts';

/** Beside this file in each form of the project: as TypeScript, compiled, and bundled. */
const PROGRAM = new URL('./thread.mjs', import.meta.url);

/** The longest time that the main thread waits for one answer, in milliseconds. VACUUM of a large database takes minutes. */
const LONGEST_WAIT_MS = 600_000;
/** The time after which the main thread looks whether the thread still exists, in milliseconds. */
const CHECK_MS = 100;

/** What the thread and the main thread share. thread.mjs has the places too. */
const PLACES = {
  /** The number of answers to questions. */
  answers: 0,
  /** 1 once the thread has ended by itself. */
  ended: 1,
  /** The number of a descriptor that Node closes at the end of the thread, plus 1, and the last 32 bits of the inode of its file. */
  descriptor: 2,
  inode: 3,
} as const;

export interface ThreadOptions {
  readonly file: string;
  /** How long a transaction waits for one of another process. */
  readonly timeoutMs: number;
  /** The statements that a new connection executes. */
  readonly setUp: readonly string[];
}

/** A request whose answer the main thread waits for. */
export type Question =
  | { readonly kind: 'first' | 'all'; readonly sql: string; readonly values: readonly SqlValue[] }
  | { readonly kind: 'execute'; readonly sql: string }
  | { readonly kind: 'open' | 'settle' | 'rollback' | 'close' };

/** A request whose answer comes later. `covers`: the number of the first transactions that it makes durable. */
export type Request = { readonly kind: 'commit' } | { readonly kind: 'sync'; readonly covers: number };

interface Described {
  readonly message: string;
  readonly code?: string;
}

interface Answer {
  readonly value?: unknown;
  /** The request itself has failed. */
  readonly error?: Described;
  /** The transaction is lost. */
  readonly lost?: Described & { readonly stage: LostStage };
  /** The number of transactions that are committed. Absent after a synchronization. */
  readonly commits?: number;
  /** The error that has ended the thread. */
  readonly ended?: Described;
}

interface Caller {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * The thread that has the database open for writing, seen from the main thread. Requests are carried out in the order in which they
 * are sent, each after the statements that are sent with it.
 */
export class DatabaseThread {
  readonly #file: string;
  readonly #worker: Worker;
  readonly #answers;
  readonly #signal = new Int32Array(new SharedArrayBuffer(16));
  readonly #callers = new Map<number, Caller>();
  #lastId = 0;
  #commits = 0;
  #failure: Error | undefined;

  constructor(options: ThreadOptions) {
    this.#file = options.file;
    const { port1, port2 } = new MessageChannel();
    this.#answers = port1;
    this.#worker = new Worker(PROGRAM, {
      workerData: { ...options, answers: port2, signal: this.#signal.buffer },
      transferList: [port2],
      // A loader of this process is not needed, and would take as long as the thread.
      execArgv: [],
    });
    this.#worker.on('message', ({ id, answer }: { id: number; answer: Answer }) => this.#settle(id, answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('its thread has ended')));
    this.#worker.unref();
  }

  /** The number of transactions of which it is known that they are committed. */
  get commits(): number {
    return this.#commits;
  }

  /**
   * Sends statements and a question, and waits for the answer.
   *
   * @throws LostTransaction, and the error of the question with SQLite's code
   */
  ask(question: Question, batch: SentBatch | undefined): unknown {
    this.#requireUsable();
    const seen = Atomics.load(this.#signal, PLACES.answers);
    this.#send(batch, { ...question, blocks: true });
    this.#sleep(seen);
    const answer = receiveMessageOnPort(this.#answers)?.message as Answer | undefined;
    if (!answer || answer.ended)
      throw this.#fail(new Error(answer?.ended?.message ?? 'its thread has ended'));
    return this.#resultOf(answer);
  }

  /** Returns once the number of answers is no longer `seen`, or the thread has ended. */
  #sleep(seen: number): void {
    let waitedMs = 0;
    // The thread counts before it wakes, so the wake for the previous answer may end a wait too early.
    while (Atomics.load(this.#signal, PLACES.answers) === seen && !this.#hasEnded) {
      if (Atomics.wait(this.#signal, PLACES.answers, seen, CHECK_MS) !== 'timed-out') continue;
      if (this.#isGone()) return;
      waitedMs += CHECK_MS;
      if (waitedMs >= LONGEST_WAIT_MS) throw this.#fail(new Error('its thread does not answer'));
    }
  }

  /** The event that says so comes only after the call. */
  get #hasEnded(): boolean {
    return Atomics.load(this.#signal, PLACES.ended) !== 0;
  }

  /** Whether the thread has ended without running any more code, for instance out of memory. Node has closed its descriptors then. */
  #isGone(): boolean {
    const descriptor = Atomics.load(this.#signal, PLACES.descriptor) - 1;
    if (descriptor < 0) return false;
    try {
      // Another thread may have opened another file since then.
      const { ino } = fstatSync(descriptor, { bigint: true });
      return Number(BigInt.asIntN(32, ino)) !== Atomics.load(this.#signal, PLACES.inode);
    } catch {
      return true;
    }
  }

  /** Sends statements and a request. Resolves once it is carried out. Rejects like `ask`. */
  request(request: Request, batch: SentBatch | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#requireUsable();
      const id = ++this.#lastId;
      if (this.#callers.size === 0) this.#worker.ref();
      this.#callers.set(id, { resolve, reject });
      this.#send(batch, { ...request, id });
    });
  }

  /** Sends statements ahead of the request that follows. A failure is reported by the answer to that request. */
  send(batch: SentBatch | undefined): void {
    this.#send(batch, undefined);
  }

  #send(batch: SentBatch | undefined, request: object | undefined): void {
    this.#worker.postMessage({ batch, request }, batch?.bytes ? [batch.bytes.buffer] : []);
  }

  #requireUsable(): void {
    if (this.#failure) throw this.#failure;
  }

  #settle(id: number, answer: Answer): void {
    const caller = this.#callers.get(id);
    this.#callers.delete(id);
    if (this.#callers.size === 0) this.#worker.unref();
    try {
      this.#resultOf(answer);
      caller?.resolve();
    } catch (error) {
      caller?.reject(error as Error);
    }
  }

  #resultOf({ value, error, lost, commits = 0 }: Answer): unknown {
    // A question that was asked later may have been answered before.
    this.#commits = Math.max(this.#commits, commits);
    if (lost) throw new LostTransaction(lost.stage, lost.message, lost.code);
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return value;
  }

  #fail(error: Error): Error {
    this.#failure ??= new Failure('unavailable', `${this.#file} cannot be used: ${error.message}`, {
      cause: error,
      fault: 'deployment',
    });
    for (const { reject } of this.#callers.values()) reject(this.#failure);
    this.#callers.clear();
    return this.#failure;
  }
}
