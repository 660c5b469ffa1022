/** Implements `op` for one try of a step: turns its calls into transitions, and refuses calls that the step may not make. */
import { payloadFromAny, payloadToAny } from '../client/any.ts';
import { type ChildKind, type ChildRef, kindOf } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';
import { OperationError } from '../client/operation-error.ts';
import { type NamedSchemas, parse } from '../client/schema.ts';
import type { AttemptParts } from './attempt-parts.ts';
import type { Children } from './child-result.ts';
import type { WaitChildren } from './child-results.ts';
import { effectKey } from './effect-key.ts';
import type { Failure } from './failure.ts';
import { misuse } from './misuse.ts';
import type { Aborted, Log, Op } from './op.ts';
import type { WorkerSpec } from './operation.ts';
import { pastError } from './past-error.ts';
import type { Progress } from './progress.ts';
import type { SavedWork } from './saved-work.ts';
import type { Signal } from './signal.ts';
import {
  makeTransition,
  type Next,
  type Transition,
  type TransitionSpec,
  transitionSpec,
  type Wait,
  type WaitOptions,
} from './transition.ts';

/** What a step sees of the attempt that it is a part of. */
export interface StepAttempt {
  readonly signal: Signal;
  readonly worker: WorkerSpec;
  readonly input: unknown;
  readonly parts: AttemptParts;
  readonly children: WaitChildren;
  readonly progress: Progress;
  readonly work: SavedWork;
  readonly failure: Failure | undefined;
  readonly aborted: Aborted | undefined;
  readonly abortSignal: AbortSignal;
  /** Whether the attempt has ended, so that `op` refuses each call. */
  readonly past: boolean;
  /** The log of a step, whose lines name the operation. */
  log(step: string): Log;
  /** Saves the state within the current step. @throws OperationError ABORTED if the attempt is past. */
  save(state: unknown): Promise<void>;
}

export type StepOutcome =
  | { readonly type: 'response'; readonly response: unknown }
  | { readonly type: 'transition'; readonly transition: TransitionSpec; readonly state: unknown }
  | { readonly type: 'threw'; readonly error: unknown };

type AnyNext = Next<string> & WaitOptions;

export class StepOp implements Op<unknown, unknown, string, unknown, NamedSchemas> {
  readonly #attempt: StepAttempt;
  readonly #step: string;
  /** The transition that the step has to return, and the name of the call that made it. */
  #made: { readonly transition: Transition<never>; readonly call: string } | undefined;
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

  // Fields, not methods: a step may take them out of `op`.

  readonly children = <R>(of: ChildKind<R>): Children<R> =>
    this.#call('children', () => this.#attempt.children.of<R>(kindOf(of)));

  readonly notification = (name: string): never => this.#call('notification', () => this.#notification(name));

  readonly key = (effect: string): string =>
    this.#call('key', () => effectKey(this.#attempt.work.root, effect));

  readonly checkpoint = (): Promise<void> => {
    const saved = this.#async('checkpoint', () => this.#attempt.save(this.state));
    // If the step does not await the promise, its rejection must not end the process.
    saved.catch(() => {});
    return saved;
  };

  readonly progress = (metadata: unknown): void =>
    this.#call('progress', () => {
      const { metadataType } = this.#attempt.worker.definition;
      this.#attempt.progress.report(payloadToAny(metadata, 'progress', 'INTERNAL', metadataType));
    });

  readonly fetch: typeof fetch = (input, init) =>
    this.#async('fetch', () => {
      const signal = init?.signal ? AbortSignal.any([init.signal, this.signal]) : this.signal;
      return this.#attempt.parts.fetch(input, { ...init, signal });
    });

  readonly spawn = (children: readonly ChildRef<unknown>[], next: Wait<string>): Transition<never> =>
    this.#transition('spawn', { type: 'wait', children, notifications: [], next: next as AnyNext });

  readonly waitFor = (notification: string, next: Next<string>): Transition<never> =>
    this.#transition('waitFor', { type: 'wait', children: [], notifications: [notification], next });

  readonly wait = (
    on: { children?: readonly ChildRef<unknown>[]; notifications?: readonly string[]; sleep?: Duration },
    next: Wait<string>,
  ): Transition<never> => {
    const { children = [], notifications = [], sleep } = on;
    const spec = { type: 'wait', children, notifications, next: next as AnyNext } as const;
    return this.#transition('wait', sleep === undefined ? spec : { ...spec, sleep });
  };

  readonly sleep = (duration: Duration, next: Next<string>): Transition<never> =>
    this.#transition('sleep', { type: 'wait', children: [], notifications: [], sleep: duration, next });

  readonly go = (step: string): Transition<never> => this.#transition('go', { type: 'go', step });

  readonly done = (): Transition<never> => this.#transition('done', { type: 'done' });

  /** The outcome of a step that returned `value`. */
  outcome(value: unknown): StepOutcome {
    const error = this.misuse ?? this.#endMisuse(value);
    if (error) return { type: 'threw', error };
    const transition = transitionSpec(value);
    return transition
      ? { type: 'transition', transition, state: this.state }
      : { type: 'response', response: value };
  }

  #endMisuse(value: unknown): OperationError | undefined {
    const { response } = this.#attempt.worker.definition;
    if (this.#made && value !== this.#made.transition) {
      const { call } = this.#made;
      return misuse(this.#step, `called op.${call}(…) and did not return it: write "return op.${call}(…)"`);
    }
    if (this.#made) {
      if (this.#made.call !== 'done' || !response) return undefined;
      return misuse(this.#step, 'returned op.done(), but the operation has a response: return it');
    }
    if (value === undefined) {
      const what = response ? 'a response, or a transition such as "return op.go(…)"' : '"op.done()"';
      return misuse(this.#step, `returned nothing: return ${what}`);
    }
    if (transitionSpec(value))
      return misuse(
        this.#step,
        'returned a transition that another step made: return one that this step makes',
      );
    if (!response)
      return misuse(this.#step, 'returned a value, but the operation has no response: return op.done()');
    return undefined;
  }

  #transition(call: string, spec: TransitionSpec): Transition<never> {
    return this.#call(call, () => {
      this.#requireSteps(call, spec);
      const transition = makeTransition(spec);
      this.#made = { transition, call };
      return transition;
    });
  }

  #requireSteps(call: string, spec: TransitionSpec): void {
    const { steps } = this.#attempt.worker;
    const named =
      spec.type === 'go'
        ? [spec.step]
        : spec.type === 'wait'
          ? [spec.next?.then, spec.next?.catch ?? spec.next?.then]
          : [];
    for (const step of named) {
      if (step === undefined)
        throw misuse(this.#step, `called op.${call}(…) without "then": name the step that continues`);
      if (!Object.hasOwn(steps, step))
        throw misuse(this.#step, `called op.${call}(…) with "${step}", which is not a step of this worker`);
    }
  }

  #notification(name: string): never {
    const schema = this.#attempt.worker.definition.notifications?.[name];
    if (!schema) throw new OperationError('INTERNAL', `the operation has no notification "${name}"`);
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
    const probed = { ...{ operation, method, attempt }, step: this.#step };
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
