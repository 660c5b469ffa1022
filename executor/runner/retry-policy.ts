import { typeError, valueError } from '../errors/raised.ts';
import { LIMITS } from '../limits.ts';
import { libraryFunction } from '../stdlib/library.ts';
import { FunctionReference, isMap, isNumeric, typeName, type Value, type ValueMap } from '../values/value.ts';
import type { Frame } from './frame.ts';
import type { StepRunner } from './step-runner.ts';

/** What a policy leaves out. Google's pages give no defaults for custom policies: these are the library's own. */
const DEFAULTS = { maxRetries: 5, initialDelay: 1, maxDelay: 60, multiplier: 2 };

/**
 * The state of one `retry` ("Retry steps"): waits `initial_delay` seconds before the first retry, then the previous
 * delay times `multiplier`, never above `max_delay`. `max_retries` does not count the first attempt. No jitter.
 */
export class RetryPolicy {
  /** Null retries every error: what a policy without `predicate` does is not documented. */
  readonly #predicate: FunctionReference | null;
  readonly #maxRetries: number;
  readonly #maxDelay: number;
  readonly #multiplier: number;
  #delay: number;
  #retries = 0;

  private constructor(policy: ValueMap) {
    const backoff = policy.get('backoff') ?? null;
    if (backoff !== null && !isMap(backoff))
      throw typeError(`backoff must be a map; got: ${typeName(backoff)}`);
    const predicate = policy.get('predicate') ?? null;
    if (predicate !== null && !(predicate instanceof FunctionReference)) {
      throw typeError(`predicate must be a function or a subworkflow; got: ${typeName(predicate)}`);
    }
    this.#predicate = predicate;
    this.#maxRetries = amount('max_retries', policy, DEFAULTS.maxRetries);
    this.#delay = amount('initial_delay', backoff, DEFAULTS.initialDelay);
    this.#maxDelay = amount('max_delay', backoff, DEFAULTS.maxDelay);
    this.#multiplier = amount('multiplier', backoff, DEFAULTS.multiplier);
  }

  static of(policy: Value): RetryPolicy {
    if (!isMap(policy)) throw typeError(`a retry policy must be a map; got: ${typeName(policy)}`);
    return new RetryPolicy(policy);
  }

  /**
   * Milliseconds to wait before running the block again; undefined when the error is not retried. A predicate that
   * raises lets its own error through.
   */
  async delayAfter(error: Value, runner: StepRunner, frame: Frame): Promise<number | undefined> {
    if (this.#retries >= this.#maxRetries) return undefined;
    if (this.#predicate && !(await this.#accepts(this.#predicate.name, error, runner, frame)))
      return undefined;
    this.#retries++;
    const seconds = Math.min(this.#delay, this.#maxDelay);
    this.#delay = Math.min(this.#delay * this.#multiplier, this.#maxDelay);
    return Math.min(seconds * 1000, LIMITS.sleepMs);
  }

  async #accepts(predicate: string, error: Value, runner: StepRunner, frame: Frame): Promise<boolean> {
    const fn = libraryFunction(predicate);
    const accepted =
      fn?.kind === 'pure'
        ? fn.call([error], runner.state)
        : await runner.callRoutine(predicate, [error], frame);
    if (typeof accepted === 'boolean') return accepted;
    throw typeError(`a retry predicate must return a boolean; got: ${typeName(accepted)}`);
  }
}

function amount(name: string, policy: ValueMap | null, fallback: number): number {
  const value = policy?.get(name) ?? null;
  if (value === null) return fallback;
  if (!isNumeric(value)) throw typeError(`${name} must be a number; got: ${typeName(value)}`);
  if (!(Number(value) >= 0)) throw valueError(`${name} must not be negative; got: ${value}`);
  return Number(value);
}
