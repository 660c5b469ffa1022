import { randomUUID } from 'node:crypto';
import type { StoredEnd } from './durable/durable-store.ts';
import { Cancelled, Fatal } from './errors/fatal.ts';
import { Raised } from './errors/raised.ts';
import { type ExecutionError, executionError } from './errors/report.ts';
import type { Program } from './program/program.ts';
import type { StepEntry } from './runner/history.ts';
import type { RunEnvironment } from './runner/run-state.ts';
import { RunState } from './runner/run-state.ts';
import { Runner } from './runner/runner.ts';
import { encodeJson } from './values/json-encoder.ts';
import type { Value } from './values/value.ts';
import type { DeployedWorkflow } from './workflow.ts';

/** QUEUED: it waits for the quota of executions that run at once. The last three are final. */
export type ExecutionState = 'QUEUED' | 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** How an execution is created. */
export interface ExecutionRequest {
  /** JSON text. */
  readonly argument?: string;
  /** Labels beside those of the workflow. */
  readonly labels?: Readonly<Record<string, string>>;
  /** A random one by default. */
  readonly id?: string;
  /** The project in its name. Default: the executor's. */
  readonly project?: string;
  /** The location in its name. Default: the executor's. */
  readonly location?: string;
  /** Whether the execution is refused, instead of queued, when the quota of concurrent executions is used up. */
  readonly disableConcurrencyQuotaOverflowBuffering?: boolean;
}

/** What an earlier process left of an execution. */
export interface EarlierRun {
  readonly id: string;
  readonly createTime: number;
  readonly end?: StoredEnd;
}

/** How an execution ended: by itself, or because it was cancelled before. */
type End =
  | { readonly state: 'SUCCEEDED'; readonly result: string }
  | { readonly state: 'FAILED'; readonly error: ExecutionError }
  | { readonly state: 'CANCELLED' };

/** One run of a workflow. The first end is final. */
export class Execution {
  /** The last part of the name. */
  readonly id: string;
  /** `projects/…/locations/…/workflows/…/executions/{id}` */
  readonly name: string;
  /** The workflow that it runs. */
  readonly workflowId: string;
  /** The revision that it runs, which was the newest when it was created. */
  readonly workflowRevisionId: string;
  /** JSON text. */
  readonly argument: string | undefined;
  /** Those of the workflow and of the request. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly createTime: number;
  /** Milliseconds since 1970; undefined in the queue. */
  startTime: number | undefined;
  /** Milliseconds since 1970; undefined before the end. */
  endTime: number | undefined;
  /** Resolves when the execution has a result, failed or was cancelled. */
  readonly done: Promise<Execution>;
  readonly #program: Program;
  readonly #runState: RunState;
  readonly #input: Value;
  #end: End | undefined;
  #settle: () => void = () => {};
  #unwound: Promise<void> = Promise.resolve();

  /** @internal */
  constructor(
    workflow: DeployedWorkflow,
    request: ExecutionRequest & { readonly project: string; readonly location: string },
    input: Value,
    variables: (execution: Execution) => ReadonlyMap<string, string>,
    around: (execution: Execution) => RunEnvironment,
    earlier?: EarlierRun,
  ) {
    this.id = earlier?.id ?? randomUUID();
    this.name = `projects/${request.project}/locations/${request.location}/workflows/${workflow.id}/executions/${this.id}`;
    this.workflowId = workflow.id;
    this.workflowRevisionId = workflow.revisionId;
    this.argument = request.argument;
    this.labels = { ...workflow.labels, ...request.labels };
    const environment = around(this);
    this.createTime = earlier?.createTime ?? environment.clock.now();
    this.#input = input;
    this.#program = workflow.program;
    this.#runState = new RunState(this.name, variables(this), environment);
    this.done = new Promise((resolve) => {
      this.#settle = () => resolve(this);
    });
    if (earlier?.end !== undefined) {
      this.startTime = this.createTime;
      this.#finish(earlier.end, earlier.end.endTime);
    }
  }

  /** Where it stands. */
  get state(): ExecutionState {
    return this.#end?.state ?? (this.startTime === undefined ? 'QUEUED' : 'ACTIVE');
  }

  /** JSON text, once the execution has succeeded. */
  get result(): string | undefined {
    return this.#end?.state === 'SUCCEEDED' ? this.#end.result : undefined;
  }

  /** Set once the execution has failed. */
  get error(): ExecutionError | undefined {
    return this.#end?.state === 'FAILED' ? this.#end.error : undefined;
  }

  /** Billed steps so far. */
  get steps(): number {
    return this.#runState.steps;
  }

  /** HTTP calls so far, each attempt counted. */
  get httpCalls(): number {
    return this.#runState.httpCalls;
  }

  /** Those of the HTTP calls that went to services outside of Google Cloud. */
  get externalCalls(): number {
    return this.#runState.externalCalls;
  }

  /** The steps that ran, in the order in which they began. */
  get history(): readonly StepEntry[] {
    return this.#runState.history.entries;
  }

  /** Begins to run; does nothing when the execution was cancelled in the queue. */
  start(): void {
    if (this.#end !== undefined || this.startTime !== undefined) return;
    this.startTime = this.#runState.clock.now();
    this.#unwound = this.#run();
  }

  /** Ends the execution as CANCELLED, unless it has ended. */
  cancel(): void {
    this.#finish({ state: 'CANCELLED' });
    this.#runState.abort(new Cancelled());
  }

  /** Resolves when nothing of the execution runs any more, which after a cancel is a little later than `done`. */
  async stopped(): Promise<void> {
    await this.#unwound;
  }

  async #run(): Promise<void> {
    this.#runState.enter();
    try {
      const value = await new Runner(this.#program, this.#runState).run(this.#input);
      this.#finish({ state: 'SUCCEEDED', result: encodeJson(value) });
    } catch (error) {
      this.#finish(endOf(error));
    } finally {
      this.#runState.callbacks.close(this.name);
      this.#runState.leave();
    }
  }

  #finish(end: End, endTime = this.#runState.clock.now()): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.endTime = endTime;
    this.#settle();
  }

  /** How it ended, for a store; undefined while it runs. @internal */
  get storedEnd(): StoredEnd | undefined {
    return this.#end && { ...this.#end, endTime: this.endTime ?? this.createTime };
  }
}

/** What ended a run. Anything but the language's own errors is a mistake of the executor, and says so. */
function endOf(error: unknown): End {
  if (error instanceof Raised) return { state: 'FAILED', error: executionError(error) };
  if (error instanceof Fatal) return { state: 'FAILED', error: executionError(error.raised) };
  if (error instanceof Cancelled) return { state: 'CANCELLED' };
  // The JavaScript stack or a string ran out: a value is nested or grown beyond what can be walked.
  if (error instanceof RangeError) return endOf(new Fatal(`a value is too large: ${error.message}`));
  return { state: 'FAILED', error: executionError(new Raised(`internal error of the executor: ${error}`)) };
}
