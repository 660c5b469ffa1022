import { Worker as Thread } from 'node:worker_threads';
import type { Authorization } from '../client/http-api.ts';
import { LeaseBoard } from './lease-board.ts';
import {
  type FromLeaseThread,
  LEASE_THREAD,
  type LeaseThreadData,
  type ToLeaseThread,
} from './lease-thread.ts';
import { type Leases, type LeaseTask, SHARE_OF_LEASE } from './leases.ts';
import type { Log } from './op.ts';

export interface ThreadLeasesOptions {
  readonly url: string;
  readonly workerName: string;
  readonly maxBlockedMs: number;
  readonly authorization: Authorization;
  readonly log: Log;
}

const MAX_LEASE = 2 ** 31 - 1;
const SIGN_OF_LIFE_MS = 1_000;
const TOKEN_INTERVAL_MS = 60_000;
/** A thread that fails at once must not take the whole processor. */
const RESTART_MS = 500;
/** Small, because the thread only sends small requests. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 };

/** Renews leases from a thread of its own, which starts with the first lease. */
export class ThreadLeases implements Leases {
  readonly #options: ThreadLeasesOptions;
  readonly #lastSeen = new BigInt64Array(new SharedArrayBuffer(8));
  /** By the number of the lease. */
  readonly #tasks = new Map<number, LeaseTask>();
  readonly #board = new LeaseBoard((block) => this.#thread?.postMessage({ block } satisfies ToLeaseThread));
  #lastLease = 0;
  #thread: Thread | undefined;
  #stopped = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: ThreadLeasesOptions) {
    this.#options = options;
  }

  keep(task: LeaseTask): () => void {
    const lease = this.#nextLease();
    this.#tasks.set(lease, task);
    const { operation, attempt, leaseMs } = task;
    const slot = this.#board.add({
      lease,
      operationId: operation.slice(operation.indexOf('/') + 1),
      attempt,
      intervalMs: Math.floor(leaseMs * SHARE_OF_LEASE),
    });
    this.#thread ??= this.#start();
    return () => {
      if (this.#tasks.delete(lease)) this.#board.remove(slot);
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#clearTimers();
    void this.#thread?.terminate();
    this.#thread = undefined;
  }

  /** A number that no other lease has: a 32-bit integer, above 0. A busy process uses up these numbers in some days. */
  #nextLease(): number {
    do this.#lastLease = (this.#lastLease % MAX_LEASE) + 1;
    while (this.#tasks.has(this.#lastLease));
    return this.#lastLease;
  }

  #start(): Thread {
    const { url, workerName, maxBlockedMs } = this.#options;
    const data: LeaseThreadData = { url, worker: workerName, lastSeen: this.#lastSeen, maxBlockedMs };
    this.#signOfLife();
    const thread = new Thread(LEASE_THREAD, {
      eval: true,
      workerData: data,
      resourceLimits: RESOURCE_LIMITS,
      // The thread needs no TypeScript loader.
      execArgv: [],
    });
    thread.on('message', (message: FromLeaseThread) => this.#told(message));
    // If the thread fails, another one goes on with the leases. The process must not end.
    thread.on('error', () => {
      this.#clearTimers();
      this.#thread = undefined;
      setTimeout(() => this.#startAgain(), RESTART_MS).unref();
    });
    thread.unref();
    for (const block of this.#board.blocks) thread.postMessage({ block } satisfies ToLeaseThread);
    const sendToken = () => void this.#sendToken();
    sendToken();
    this.#timers = [
      setInterval(() => this.#signOfLife(), SIGN_OF_LIFE_MS).unref(),
      setInterval(sendToken, TOKEN_INTERVAL_MS).unref(),
    ];
    return thread;
  }

  #startAgain(): void {
    if (!this.#stopped && this.#tasks.size > 0) this.#thread ??= this.#start();
  }

  #told({ lost, cancel, refused }: FromLeaseThread): void {
    if (refused !== undefined) void this.#sendToken(refused);
    if (lost !== undefined) this.#tasks.get(lost)?.holder.abort('LEASE_LOST');
    if (cancel !== undefined) this.#tasks.get(cancel)?.holder.abort('CANCEL');
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #signOfLife(): void {
    const now = process.hrtime.bigint();
    const { maxBlockedMs, log } = this.#options;
    const silentMs = Number(now - Atomics.exchange(this.#lastSeen, 0, now)) / 1e6;
    // The same rule as in the thread.
    if (this.#thread && silentMs > maxBlockedMs) {
      log.warn(
        'a step has blocked the main thread, or the process was stopped, for longer than maxBlocked: its leases were not renewed',
        { blockedMs: Math.round(silentMs), maxBlockedMs },
      );
    }
  }

  async #sendToken(refused?: string): Promise<void> {
    const authorization = await this.#options.authorization(refused).catch(() => undefined);
    if (authorization !== undefined) this.#thread?.postMessage({ authorization } satisfies ToLeaseThread);
  }
}
