/** Implements `op` for one try of a step: turns its calls into transitions, and refuses calls that the step may not make. */
import { payloadFromAny, payloadToAny } from '../client/any.ts';
import { type ChildKind, type ChildRef, kindOf } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';
import { OperationError } from '../client/operation-error.ts';
import { type NamedSchemas, parse } from '../client/schema.ts';
import type { Children } from './child-result.ts';
import { effectKey } from './effect-key.ts';
import type { Failure } from './failure.ts';
import { misuse } from './misuse.ts';
import type { Aborted, Log, Op } from './op.ts';
import { pastError } from './past-error.ts';
import { text } from './sound-error.ts';
import type { StepAttempt } from './step-attempt.ts';
import {
  type MadeTransition,
  outcomeOf,
  requireKnownNames,
  returnMisuse,
  type StepOutcome,
} from './step-outcome.ts';
import {
  makeTransition,
  type Next,
  type Transition,
  type TransitionSpec,
  type Wait,
  type WaitOptions,
  type WaitSpec,
} from './transition.ts';

type AnyNext = Next<string> & WaitOptions;

export class StepOp implements Op<unknown, unknown, string, unknown, NamedSchemas> {
  readonly #attempt: StepAttempt;
  readonly #step: string;
  /** The transition that the step has to return. */
  #made: MadeTransition | undefined;
  readonly try: number;
  state: unknown;
  /** The error of the first forbidden call. The step fails with it, whatever it does afterwards. */
  misuse: OperationError | undefined;

  constructor(attempt: StepAttempt, step: string, tries: number, state: unknown) {
    this.#attempt = attempt;
    this.#step = step;
    this.try = tries;
    this.state = state;
  }

  get name(): string {
    return this.#attempt.signal.operation;
  }

  get input(): unknown {
    return this.#attempt.input;
  }

  get attempt(): number {
    return this.#attempt.signal.attempt ?? 1;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#attempt.signal.labels;
  }

  get parent(): string {
    return this.#attempt.signal.parent;
  }

  get signal(): AbortSignal {
    return this.#attempt.abortSignal;
  }

  get aborted(): Aborted | undefined {
    return this.#attempt.aborted;
  }

  get failure(): Failure | undefined {
    return this.#attempt.failure;
  }

  get log(): Log {
    return this.#attempt.log(this.#step);
  }

  // Getters, not methods: a step may take the functions out of `op`. Most steps use one of them, so each is made when it is read.

  get children() {
    return <R>(of: ChildKind<R>): Children<R> =>
      this.#call('children', () => this.#attempt.children.of<R>(kindOf(of)));
  }

  get notification() {
    return (name: string): never => this.#call('notification', () => this.#notification(name));
  }

  get key() {
    return (effect: string): string => this.#call('key', () => this.#key(effect));
  }

  get checkpoint() {
    return (): Promise<void> => {
      const saved = this.#async('checkpoint', () => this.#attempt.save(this.state));
      // If the step does not await the promise, its rejection must not end the process.
      saved.catch(() => {});
      return saved;
    };
  }

  get progress() {
    return (metadata: unknown): void =>
      this.#call('progress', () => {
        const { metadataType } = this.#attempt.worker.definition;
        this.#attempt.progress.report(payloadToAny(metadata, 'progress', 'INTERNAL', metadataType));
      });
  }

  get fetch(): typeof fetch {
    return (input, init) =>
      this.#async('fetch', () => {
        const signal = init?.signal ? AbortSignal.any([init.signal, this.signal]) : this.signal;
        return this.#attempt.parts.fetch(input, { ...init, signal });
      });
  }

  get spawn() {
    return (children: readonly ChildRef<unknown>[], next: Wait<string>): Transition<never> =>
      this.#wait('spawn', children, [], undefined, next as AnyNext);
  }

  get waitFor() {
    return (notification: string, next: Next<string>): Transition<never> =>
      this.#wait('waitFor', [], [notification], undefined, next);
  }

  get wait() {
    return (
      on: {
        children?: readonly ChildRef<unknown>[] | undefined;
        notifications?: readonly string[] | undefined;
        sleep?: Duration | undefined;
      },
      next: Wait<string>,
    ): Transition<never> => {
      // Without any, the call is told that it names no next step, as the other calls are.
      const { children = [], notifications = [], sleep } = on ?? {};
      return this.#wait('wait', children, notifications, sleep, next as AnyNext);
    };
  }

  get sleep() {
    return (duration: Duration, next: Next<string>): Transition<never> =>
      this.#wait('sleep', [], [], duration, next);
  }

  get go() {
    return (step: string): Transition<never> => this.#transition('go', { type: 'go', step });
  }

  get done() {
    return (): Transition<never> => this.#transition('done', { type: 'done' });
  }

  /** The outcome of a step that returned `value`. */
  outcome(value: unknown): StepOutcome {
    const { response } = this.#attempt.worker.definition;
    const error = this.misuse ?? returnMisuse(this.#step, value, this.#made, response !== undefined);
    return error ? { type: 'threw', error } : outcomeOf(value, this.state);
  }

  #wait(
    call: string,
    children: WaitSpec['children'],
    notifications: readonly string[],
    sleep: Duration | undefined,
    next: AnyNext,
  ): Transition<never> {
    return this.#transition(call, { type: 'wait', children, notifications, sleep, next });
  }

  #transition(call: string, spec: TransitionSpec): Transition<never> {
    return this.#call(call, () => {
      requireKnownNames(this.#step, call, spec, this.#attempt.worker);
      const transition = makeTransition(spec);
      this.#made = { transition, call };
      return transition;
    });
  }

  #key(effect: string): string {
    // All effects whose name is absent would have one key, and all but the first would count as done.
    if (typeof effect !== 'string' && typeof effect !== 'number')
      throw misuse(this.#step, `called op.key(…) with ${text(effect)}: give the effect a name`);
    return effectKey(this.#attempt.work.root, effect);
  }

  #notification(name: string): never {
    const schema = this.#attempt.worker.definition.notifications?.[name];
    if (!schema) throw new OperationError('INTERNAL', `the operation has no notification "${text(name)}"`);
    const taken = this.#attempt.signal.notifications.find((one) => one.name === name);
    if (!taken) return undefined as never;
    const payload = parse(schema, payloadFromAny(taken.payload), `notification "${name}"`, 'INTERNAL');
    if (payload instanceof Promise)
      throw misuse(this.#step, `reads "${name}" with an asynchronous schema: use a synchronous one`);
    return payload as never;
  }

  /** Turns the error of a refused call into a rejection, for calls that return a promise. */
  async #async<T>(call: string, run: () => Promise<T>): Promise<T> {
    return this.#call(call, run);
  }

  #call<T>(call: string, run: () => T): T {
    const { past, parts, signal } = this.#attempt;
    if (past) throw pastError();
    if (this.#made) {
      const made = this.#made.call;
      this.misuse ??= misuse(
        this.#step,
        `called op.${call}(…) after op.${made}(…): return "op.${made}(…)" at once`,
      );
      throw this.misuse;
    }
    const { probe } = parts;
    if (!probe) return run();
    const { operation, method, attempt } = signal;
    const probed = { operation, method, attempt, step: this.#step };
    probe.before?.(probed, call);
    const result = run();
    if (result instanceof Promise) {
      return result.then((value) => {
        probe.after?.(probed, call);
        return value;
      }) as T;
    }
    probe.after?.(probed, call);
    return result;
  }
}
