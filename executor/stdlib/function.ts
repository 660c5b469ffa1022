import type { ChildRun } from '../child-run.ts';
import type { Clock } from '../clock.ts';
import type { DestinationSettings } from '../connectors/destination.ts';
import type { Value, ValueMap } from '../values/value.ts';
import type { CallbackRegistry } from './callback-registry.ts';

/** What a non-blocking function may ask of the execution it runs in. */
export interface Host {
  readonly clock: Clock;
  /** A `sys.get_env` variable; undefined when it is not set. */
  environment(name: string): string | undefined;
  /** Milliseconds since 1970, as the workflow sees the time. */
  now(): number;
  uuid(): string;
}

/** What a blocking function may ask as well. */
export interface BlockingHost extends Host {
  /** Aborted when the execution ends early; its reason is what unwinds the step. */
  readonly signal: AbortSignal;
  readonly callbacks: CallbackRegistry;
  /**
   * When the call that is being made began, in milliseconds since 1970: in an earlier process, where the execution goes
   * on after one. To be read before the first await.
   */
  readonly callBegunAt: number;
  /** Adds headers for a step's `auth` block; by default none, since there are no credentials locally. */
  readonly authorize: Authorize | undefined;
  readonly executionName: string;
  /** Where callback URLs start, such as `http://localhost:8080`. */
  readonly baseUrl: string;
  /**
   * Waits for what no call of this execution is busy with, so that virtual time may pass meanwhile. Rejects with the
   * signal's reason when the execution ends early.
   */
  idle<T>(wait: () => Promise<T>): Promise<T>;
  log(entry: LogEntry): void;
  countHttpCall(url: string): void;
  /** Where connector calls go. */
  readonly destinations: DestinationSettings;
  /** A token of the Application Default Credentials. Rejects where there are none. */
  accessToken(scopes: readonly string[]): Promise<string>;
  /** Runs a workflow of the same executor for each argument, all at once, and gives the results in their order. */
  runWorkflows(workflowId: string, args: readonly Value[], run: ChildRun): Promise<Value>;
  /** Runs another workflow of the same executor. */
  runWorkflow(workflowId: string, argument: Value, run: ChildRun): Promise<Value>;
}

/** Returns the headers that authorize an HTTP call: `auth` is what the step gives, `url` where the call goes. */
export type Authorize = (auth: Value, url: string) => Promise<Readonly<Record<string, string>>>;

/** What `sys.log` writes: text, or a map. */
export interface LogEntry {
  /** As `sys.log` takes it, such as `INFO`. */
  readonly severity: string;
  /** Text, or the fields of a structured entry. */
  readonly data: string | ValueMap;
}

export interface FunctionParameter {
  readonly name: string;
  /** The value when the caller passes none; a parameter without it is required. */
  readonly fallback?: Value;
}

/** A function of the standard library that may stand in an expression. */
export interface PureFunction {
  readonly kind: 'pure';
  readonly name: string;
  readonly parameters: readonly FunctionParameter[];
  /** `args` has one value for each parameter. Throws Raised. */
  readonly call: (args: readonly Value[], host: Host) => Value;
}

/** One that blocks, and therefore is allowed in call steps only ("Expressions, blocking calls"). */
export interface BlockingFunction {
  readonly kind: 'blocking';
  readonly name: string;
  readonly parameters: readonly FunctionParameter[];
  readonly call: (args: readonly Value[], host: BlockingHost) => Promise<Value>;
  /** Called in place of `call` where an earlier process has had the result: restores what the call left behind. */
  readonly replayed?: (args: readonly Value[], value: Value, host: BlockingHost) => void;
}

export type LibraryFunction = PureFunction | BlockingFunction;

/** Parameters from a short form: `'source'` is required, `'end?'` is null when absent. */
export function parameters(...names: string[]): FunctionParameter[] {
  return names.map((name) => (name.endsWith('?') ? { name: name.slice(0, -1), fallback: null } : { name }));
}

export function pure(
  name: string,
  names: readonly string[],
  call: (args: readonly Value[], host: Host) => Value,
): PureFunction {
  return { kind: 'pure', name, parameters: parameters(...names), call };
}

export function blocking(
  name: string,
  names: readonly string[],
  call: (args: readonly Value[], host: BlockingHost) => Promise<Value>,
  replayed?: BlockingFunction['replayed'],
): BlockingFunction {
  return { kind: 'blocking', name, parameters: parameters(...names), call, ...(replayed && { replayed }) };
}
