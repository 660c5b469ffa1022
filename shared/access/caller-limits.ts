/**
 * Limits the calls of each caller, so that one caller cannot use up what all share. Each instance counts for itself.
 */
import type { Caller } from './access.ts';
import { tooManyRequests } from './call-refused.ts';

export interface CallerLimitOptions {
  /** Requests per second of one caller, on average. A burst may be two seconds' worth. */
  readonly requestsPerSecond?: number;
  /** WaitOperation calls of one caller that are held open at the same time. */
  readonly heldCalls?: number;
}

interface Account {
  /** Requests that can be made now. A fraction of one is not enough. */
  tokens: number;
  /** The time at which `tokens` was computed. */
  time: number;
  held: number;
}

const BURST_SECONDS = 2;
/** Above this number of callers, the half that called longest ago is forgotten, without callers that hold a call open. */
const MAX_ACCOUNTS = 10_000;

export class CallerLimits {
  readonly #requestsPerSecond: number;
  readonly #heldCalls: number;
  readonly #now: () => number;
  /** In the order of their last call. */
  readonly #accounts = new Map<string, Account>();

  constructor(
    { requestsPerSecond, heldCalls }: CallerLimitOptions,
    now: () => number = performance.now.bind(performance),
  ) {
    this.#requestsPerSecond = requestsPerSecond ?? Number.POSITIVE_INFINITY;
    this.#heldCalls = heldCalls ?? Number.POSITIVE_INFINITY;
    this.#now = now;
  }

  /**
   * Counts a request.
   *
   * @throws CallRefused with the time to wait, if the caller has no request left
   */
  admit(caller: Caller): void {
    if (this.#requestsPerSecond === Number.POSITIVE_INFINITY) return;
    const account = this.#accountOf(caller);
    const now = this.#now();
    const most = this.#most;
    account.tokens = Math.min(most, account.tokens + ((now - account.time) / 1000) * this.#requestsPerSecond);
    account.time = now;
    if (account.tokens < 1) {
      throw tooManyRequests(((1 - account.tokens) / this.#requestsPerSecond) * 1000);
    }
    account.tokens--;
  }

  /** Counts a held call and returns the function that ends it, or undefined if the caller has reached the limit. */
  hold(caller: Caller): (() => void) | undefined {
    if (this.#heldCalls === Number.POSITIVE_INFINITY) return () => {};
    const account = this.#accountOf(caller);
    if (account.held >= this.#heldCalls) return undefined;
    account.held++;
    return () => {
      account.held--;
    };
  }

  /** A limit below one request per second still lets the first request pass. */
  get #most(): number {
    return Math.max(1, this.#requestsPerSecond * BURST_SECONDS);
  }

  #accountOf({ email, subject }: Caller): Account {
    const key = email ?? subject ?? '';
    const account = this.#accounts.get(key) ?? {
      tokens: this.#most,
      time: this.#now(),
      held: 0,
    };
    this.#accounts.delete(key);
    this.#accounts.set(key, account);
    if (this.#accounts.size > MAX_ACCOUNTS) this.#forgetIdle();
    return account;
  }

  #forgetIdle(): void {
    for (const [key, { held }] of this.#accounts) {
      if (this.#accounts.size <= MAX_ACCOUNTS / 2) return;
      if (held === 0) this.#accounts.delete(key);
    }
  }
}
