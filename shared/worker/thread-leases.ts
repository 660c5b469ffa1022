import { Worker as Thread } from 'node:worker_threads';
import type { Authorization } from '../client/http-api.ts';
import { operationPath } from '../client/operation-resource.ts';
import {
  type FromLeaseThread,
  LEASE_THREAD,
  type LeaseThreadData,
  type ThreadTask,
  type ToLeaseThread,
} from './lease-thread.ts';
import type { Leases, LeaseTask } from './leases.ts';

export interface ThreadLeasesOptions {
  readonly url: string;
  readonly workerName: string;
  readonly maxBlockedMs: number;
  readonly authorization: Authorization;
}

/** A lease is renewed after this share of it, so that two renewals may fail before it expires. */
const SHARE_OF_LEASE = 1 / 3;
const SIGN_OF_LIFE_MS = 1_000;
const TOKEN_INTERVAL_MS = 60_000;
/** Small, because the thread only sends small requests. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 };

/** Renews leases from a thread of its own, which starts with the first lease. */
export class ThreadLeases implements Leases {
  readonly #options: ThreadLeasesOptions;
  readonly #lastSeen = new BigInt64Array(new SharedArrayBuffer(8));
  readonly #tasks = new Map<number, LeaseTask>();
  /** Tasks that the thread does not know of yet. The attempts that are taken at one moment go to it together. */
  #added: ThreadTask[] = [];
  /**
   * Tasks that have ended and that the thread does not know of yet. Sent with the next message, because most attempts end
   * before their first renewal.
   */
  #ended: number[] = [];
  #lastId = 0;
  #thread: Thread | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: ThreadLeasesOptions) {
    this.#options = options;
  }

  keep(task: LeaseTask): () => void {
    const id = ++this.#lastId;
    this.#tasks.set(id, task);
    const { operation, attempt, leaseMs } = task;
    const url = `${this.#options.url}${operationPath(operation)}:heartbeat`;
    const added = this.#added.push({ id, url, attempt, intervalMs: Math.floor(leaseMs * SHARE_OF_LEASE) });
    // Before any step of these attempts can block the main thread: a step begins in a later microtask.
    if (added === 1) queueMicrotask(() => this.#tell());
    return () => {
      if (this.#tasks.delete(id)) this.#ended.push(id);
    };
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    void this.#thread?.terminate();
    this.#thread = undefined;
  }

  #tell(): void {
    const [add, remove] = [this.#added, this.#ended];
    this.#added = [];
    this.#ended = [];
    this.#post({ add, remove });
  }

  #post(message: ToLeaseThread): void {
    this.#thread ??= this.#start();
    this.#thread.postMessage(message);
  }

  #start(): Thread {
    const { workerName, maxBlockedMs } = this.#options;
    this.#signOfLife();
    const thread = new Thread(LEASE_THREAD, {
      eval: true,
      workerData: { worker: workerName, lastSeen: this.#lastSeen, maxBlockedMs } satisfies LeaseThreadData,
      resourceLimits: RESOURCE_LIMITS,
      // The thread needs no TypeScript loader.
      execArgv: [],
    });
    thread.on('message', (message: FromLeaseThread) => this.#told(message));
    // If the thread fails, its leases expire and other workers take over. The process must not end.
    thread.on('error', () => {
      this.#thread = undefined;
    });
    thread.unref();
    const sendToken = () => void this.#sendToken();
    sendToken();
    this.#timers = [
      setInterval(() => this.#signOfLife(), SIGN_OF_LIFE_MS).unref(),
      setInterval(() => this.#removeEnded(), SIGN_OF_LIFE_MS).unref(),
      setInterval(sendToken, TOKEN_INTERVAL_MS).unref(),
    ];
    return thread;
  }

  #told({ lost, cancel }: FromLeaseThread): void {
    if (lost !== undefined) this.#tasks.get(lost)?.onLost();
    if (cancel !== undefined) this.#tasks.get(cancel)?.onCancel();
  }

  #signOfLife(): void {
    Atomics.store(this.#lastSeen, 0, BigInt(Date.now()));
  }

  #removeEnded(): void {
    if (this.#ended.length > 0) this.#tell();
  }

  async #sendToken(): Promise<void> {
    const authorization = await this.#options.authorization().catch(() => undefined);
    if (authorization !== undefined) this.#thread?.postMessage({ authorization } satisfies ToLeaseThread);
  }
}
