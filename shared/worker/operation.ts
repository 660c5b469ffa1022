import { type Definition, type DefinitionSpec, definitionOf } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';
import { durationMs } from '../client/duration-field.ts';
import type { In, MaybeSchema, NamedSchemas, Out, Schema } from '../client/schema.ts';
import type { Op } from './op.ts';
import { requireSpec } from './required-spec.ts';
import { type State, StateCodec } from './state.ts';
import type { Transition } from './transition.ts';

/** The limits of one step. */
export interface StepLimits {
  /** The largest number of tries of the step, within the operation's `maxTries`. */
  maxTries?: number | undefined;
  /** How long one try may take. Then `op.signal` is aborted, and the try fails with DEADLINE_EXCEEDED. */
  timeout?: Duration | undefined;
}

/**
 * The options of {@link operation}. `steps` bounds single steps. `state` goes with `initial`, the state of a new operation.
 */
export type Options<S, C extends string, Q extends string> = {
  /**
   * The step that takes the last resort: no retry is left, the operation's deadline has passed, a cancel came while a step
   * ran, or a wait without a `catch` of its own failed.
   */
  catch?: C | undefined;
  /** How many operations of this method one process works on at a time. */
  concurrency?: number | undefined;
  /** Limits for single steps, by name. */
  steps?: { [P in Q]: StepLimits } | undefined;
} & (
  | {
      /** The versions of the state. */
      state: State<S>;
      /** The state with which a new operation begins. */
      initial: NoInfer<S>;
    }
  | {
      /** Absent: the operation has no state, and `op.state` is undefined. */
      state?: undefined;
    }
);

/** The definition of an operation together with its steps. */
export interface Worker {
  /** The method of the definition. */
  readonly method: string;
}

/** What {@link operation} returns: it takes the steps. */
export interface Steps<I, R, S, C extends string, M, N extends NamedSchemas> {
  /** The work begins at `start`; the other steps are resume points. */
  steps<K extends string>(
    steps: {
      [P in K | C | 'start']: (
        op: Op<I, S, NoInfer<K> | C, M, N>,
      ) => R | Transition<NoInfer<K> | C> | Promise<R | Transition<NoInfer<K> | C>>;
    },
  ): Worker;
}

export type Step = (op: Op<unknown, unknown, string, unknown, NamedSchemas>) => unknown;

/** The limits of one step, without gaps: Infinity where the user gave none. */
export interface TryLimits {
  readonly maxTries: number;
  readonly timeoutMs: number;
}

/** The content of a Worker, for this package. */
export interface WorkerSpec {
  readonly definition: DefinitionSpec;
  readonly steps: Readonly<Record<string, Step>>;
  readonly catchStep?: string;
  readonly concurrency: number;
  readonly limits: Readonly<Record<string, TryLimits>>;
  readonly state?: { readonly codec: StateCodec; readonly initial: unknown };
}

const SPEC = Symbol.for('lro-orchestrator.worker');
const NO_LIMIT = Number.POSITIVE_INFINITY;

/**
 * Gives an operation its steps. `steps` throws an Error if the options name an unknown step or an invalid limit.
 *
 * @example
 * operation(report).steps({
 *   start: (op) => op.spawn(op.input.pages.map((page) => renderPage({ page })), { then: 'collect' }),
 *   collect: async (op) => ({ urls: (await op.children(renderPage).responses()).map(({ url }) => url) }),
 * });
 */
export function operation<
  I extends Schema,
  R extends MaybeSchema,
  M extends MaybeSchema,
  N extends NamedSchemas,
  S = undefined,
  C extends string = never,
  Q extends string = never,
>(
  definition: Definition<I, R, M, N>,
  options: Options<S, C, Q> = {} as Options<S, C, Q>,
): Steps<Out<I>, In<R>, S, C | Q, Out<M>, N> {
  const spec = definitionOf(definition);
  return {
    steps: (steps) =>
      ({
        method: spec.method,
        [SPEC]: workerSpec(spec, options as AnyOptions, steps as unknown as WorkerSpec['steps']),
      }) as Worker,
  };
}

function workerSpecOf(worker: Worker): WorkerSpec {
  const spec = (worker as { [SPEC]?: WorkerSpec } | undefined)?.[SPEC];
  if (!spec)
    throw new TypeError('the argument must be a worker that operation(definition).steps({ … }) returned');
  return spec;
}

export function workerSpecsOf(workers: readonly Worker[]): readonly WorkerSpec[] {
  if (!Array.isArray(workers) || workers.length === 0)
    throw new TypeError('the argument must be an array of at least one worker');
  return workers.map(workerSpecOf);
}

type AnyOptions = {
  catch?: string;
  concurrency?: number;
  steps?: Record<string, StepLimits>;
  state?: State<unknown>;
  initial?: unknown;
};

function workerSpec(
  definition: DefinitionSpec,
  { catch: catchStep, concurrency = NO_LIMIT, steps: limits = {}, state, initial }: AnyOptions,
  steps: WorkerSpec['steps'],
): WorkerSpec {
  requireSpec(definition);
  const { method } = definition;
  if (!Object.hasOwn(steps, 'start'))
    throw new Error(`${method}: the worker has no step "start", with which every operation begins`);
  for (const [name, step] of Object.entries(steps)) {
    if (typeof step !== 'function') throw new Error(`${method}: the step "${name}" must be a function`);
  }
  for (const name of [...Object.keys(limits), ...(catchStep === undefined ? [] : [catchStep])]) {
    if (!Object.hasOwn(steps, name))
      throw new Error(`${method}: the options name the step "${name}", which the worker does not have`);
  }
  if (!(concurrency >= 1))
    throw new Error(`${method}: concurrency must be at least 1, and is ${concurrency}`);
  return {
    definition,
    steps,
    catchStep,
    concurrency,
    limits: Object.fromEntries(
      Object.entries(limits).map(([step, { maxTries = NO_LIMIT, timeout }]) => {
        if (!(maxTries >= 1)) throw new Error(`${method}: steps.${step}.maxTries must be at least 1`);
        const timeoutMs = timeout === undefined ? NO_LIMIT : durationMs(timeout, `steps.${step}.timeout`);
        return [step, { maxTries, timeoutMs }];
      }),
    ),
    state: state && { codec: new StateCodec(state), initial },
  };
}
