import { readFileSync } from 'node:fs';
import type { Mock } from '../calls/mock.ts';
import type { StackFrame } from '../errors/raised.ts';
import { Raised } from '../errors/raised.ts';
import { sourceText } from '../source/source-file.ts';
import { fromValue, toValue } from '../values/plain.ts';
import { isMap } from '../values/value.ts';
import { compileSource } from '../workflow.ts';
import { Coverage } from './coverage.ts';
import { observe } from './execute.ts';

/** A mock for tests in TypeScript. Values are plain JavaScript values. */
export interface MockCall {
  /** The function, connector or subworkflow. */
  readonly call: string;
  /** The call's arguments must contain these. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** What the call returns: a value, or a function of the call's arguments and of how often this mock was used. */
  readonly result?: unknown | ((args: Readonly<Record<string, unknown>>, count: number) => unknown);
  /** What the call raises instead. `{code: 503}` stands for the whole HttpError of that code. */
  readonly raise?: unknown;
  /** How many calls it answers; without it, all of them. */
  readonly times?: number;
  /** How long the call takes, in virtual time. */
  readonly delaySeconds?: number;
}

/** How a workflow file is run. */
export interface RunOptions {
  /** The argument of the main workflow, as a plain JavaScript value. */
  readonly args?: unknown;
  /** The answers of calls: the first mock that fits a call answers it. */
  readonly mocks?: readonly MockCall[];
  /** Variables of `sys.get_env`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Other workflows that `executions.run` finds: the path of the file of each, by id. */
  readonly deploy?: Readonly<Record<string, string>>;
}

/** What a run did. */
export interface RunRecord {
  /** What the workflow returned; undefined where it raised. */
  readonly result: unknown;
  /** What the workflow raised and did not catch. */
  readonly error: WorkflowError | undefined;
  /** Every call of a function, connector or subworkflow, in order. */
  readonly calls: readonly {
    /** As the step names it. */
    readonly call: string;
    /** The arguments, as plain JavaScript values. */
    readonly args: unknown;
    /** The line of the step in the source, from 1. */
    readonly line: number;
    /** The name of the step. */
    readonly step: string;
  }[];
  /** Billed steps. */
  readonly steps: number;
  /** Virtual time. */
  readonly seconds: number;
  /** The mocks that answered no call. */
  readonly unusedMocks: readonly MockCall[];
  /** The lines whose steps ran and those whose steps did not. */
  readonly coverage: {
    /** The lines of steps that ran. */
    readonly ran: readonly number[];
    /** The lines of steps that did not run. */
    readonly missed: readonly number[];
  };
}

/** What a workflow raised and did not catch. */
export class WorkflowError extends Error {
  /** The name of the class. */
  override readonly name = 'WorkflowError';
  /** The raised value. */
  readonly value: unknown;
  /** Innermost step first. */
  readonly stackTrace: readonly StackFrame[];

  constructor(file: string, value: unknown, stackTrace: readonly StackFrame[]) {
    const [at] = stackTrace;
    const place = at === undefined ? file : `${file}:${at.line}: ${at.step}`;
    const message =
      typeof value === 'object' && value !== null && 'message' in value
        ? value.message
        : JSON.stringify(value);
    super(`${place}: ${message}`);
    this.value = value;
    this.stackTrace = stackTrace;
  }
}

/**
 * Runs a workflow file in virtual time, its calls answered by mocks, and gives its result. For tests in any runner.
 *
 * @example expect(await run('nightly.yaml', { args: { day: 1 }, mocks: [{ call: 'http.get', result: { body: 5 } }] })).toEqual(5)
 * @throws WorkflowError for what the workflow raises; InvalidWorkflowError for a file that is not valid
 */
export async function run(file: string, options: RunOptions = {}): Promise<unknown> {
  const { result, error } = await record(file, options);
  if (error !== undefined) throw error;
  return result;
}

/** The same, with everything that the run did. @throws InvalidWorkflowError */
export async function record(file: string, options: RunOptions = {}): Promise<RunRecord> {
  const { args, mocks = [], env = {}, deploy = {} } = options;
  const source = sourceText(readFileSync(file));
  const given = new Map(mocks.map((mock) => [mockOf(mock), mock]));
  const others = Object.entries(deploy).map(([id, path]) => [id, sourceText(readFileSync(path))] as const);
  const observed = await observe({
    source,
    others: new Map(others),
    env,
    mocks: [...given.keys()],
    ...(args !== undefined && { args: toValue(args) }),
  });
  const coverage = new Coverage(compileSource(source));
  coverage.add(observed.history, observed.branches);
  const lines = (ran: boolean) =>
    coverage.steps.filter(({ hits }) => hits > 0 === ran).map(({ line }) => line);
  const { result, error, calls, steps, seconds, unusedMocks } = observed;
  return {
    result: result === undefined ? undefined : JSON.parse(result),
    error: error && new WorkflowError(file, JSON.parse(error.payload), error.stackTrace),
    calls: calls.map(({ call, args: callArgs, line, step }) => ({
      call,
      args: fromValue(callArgs),
      line,
      step,
    })),
    steps,
    seconds,
    unusedMocks: unusedMocks.flatMap((mock) => given.get(mock) ?? []),
    coverage: { ran: lines(true), missed: lines(false) },
  };
}

function mockOf({ call, args, result, raise, times, delaySeconds }: MockCall): Mock {
  const argsValue = args === undefined ? undefined : toValue(args);
  return {
    call,
    ...(argsValue !== undefined && isMap(argsValue) && { args: argsValue }),
    answer: answerOf(result, raise),
    ...(times !== undefined && { times }),
    ...(delaySeconds !== undefined && { delayMs: delaySeconds * 1000 }),
  };
}

function answerOf(result: unknown, raise: unknown): Mock['answer'] {
  if (raise !== undefined) return { kind: 'raise', value: toValue(raise) };
  if (typeof result !== 'function') return { kind: 'result', value: toValue(result ?? null) };
  return {
    kind: 'function',
    of: async (args, count) => {
      try {
        return toValue((await result(fromValue(args), count)) ?? null);
      } catch (error) {
        // A function may raise a value of the language by throwing it: `throw {code: 503}`.
        throw error instanceof Error ? error : new Raised(toValue(error));
      }
    },
  };
}
