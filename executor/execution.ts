import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { EndedExecution, StoredEnd, StoredUsage } from './durable/durable-store.ts';
import { Cancelled, Fatal } from './errors/fatal.ts';
import { Raised } from './errors/raised.ts';
import { type ExecutionError, executionError } from './errors/report.ts';
import type { ExecutionRequest } from './execution-request.ts';
import type { Program } from './program/program.ts';
import type { StepEntry } from './runner/history.ts';
import type { RunEnvironment } from './runner/run-environment.ts';
import { RunState } from './runner/run-state.ts';
import { Runner } from './runner/runner.ts';
import { encodeJson } from './values/json-encoder.ts';
import type { Value } from './values/value.ts';
import type { DeployedWorkflow } from './workflow.ts';

/** QUEUED: the execution waits because the quota of running executions is used up. The last three states are final. */
export type ExecutionState = 'QUEUED' | 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** The records of an execution from an earlier process. */
export interface EarlierRun {
  readonly id: string;
  readonly createTime: number;
  readonly end?: StoredEnd;
}

/** How an execution ended: at the end of its workflow, or by a cancel. */
type End =
  | { readonly state: 'SUCCEEDED'; readonly result: string }
  | { readonly state: 'FAILED'; readonly error: ExecutionError }
  | { readonly state: 'CANCELLED' };

interface ExecutionTexts {
  readonly argument: string | undefined;
  readonly result: string | undefined;
  readonly error: ExecutionError | undefined;
}

/** What an execution needs to run. */
interface Run {
  readonly program: Program;
  readonly input: Value;
  readonly state: RunState;
}

/** One run of a workflow. The first outcome is final. */
export class Execution {
  /** The last part of the name. */
  readonly id: string;
  /** `projects/…/locations/…/workflows/…/executions/{id}` */
  readonly name: string;
  /** The workflow that it runs. */
  readonly workflowId: string;
  /** The revision that it runs, which was the newest when it was created. */
  readonly workflowRevisionId: string;
  /** The labels of the workflow and of the request. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly createTime: number;
  /** Milliseconds since the epoch. undefined while the execution is queued. */
  startTime: number | undefined;
  /** Milliseconds since the epoch. undefined before the end. */
  endTime: number | undefined;
  /** Resolves when the execution has a result, failed or was cancelled. */
  readonly done: Promise<Execution>;
  #run: Run | undefined;
  readonly #clock: Clock;
  #argument: string | undefined;
  #state: End['state'] | undefined;
  /** undefined before the end, and once the execution is released. */
  #end: End | undefined;
  /** The last usage of an execution whose run has been released. */
  #usage: StoredUsage = { steps: 0, httpCalls: 0, externalCalls: 0 };
  #reload: (() => EndedExecution | undefined) | undefined;
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
    this.#argument = request.argument;
    this.labels = { ...workflow.labels, ...request.labels };
    const environment = around(this);
    this.createTime = earlier?.createTime ?? environment.clock.now();
    this.#clock = environment.clock;
    this.#run = {
      program: workflow.program,
      input,
      state: new RunState(this.name, variables(this), environment),
    };
    this.done = new Promise((resolve) => {
      this.#settle = () => resolve(this);
    });
    if (earlier?.end !== undefined) {
      this.startTime = earlier.end.startTime ?? this.createTime;
      this.#usage = earlier.end.usage ?? this.#usage;
      this.#run = undefined;
      this.#finish(earlier.end, earlier.end.endTime);
    }
  }

  /** The state of the execution. */
  get state(): ExecutionState {
    return this.#state ?? (this.startTime === undefined ? 'QUEUED' : 'ACTIVE');
  }

  /** JSON text. */
  get argument(): string | undefined {
    return this.texts().argument;
  }

  /** JSON text, once the execution has succeeded. */
  get result(): string | undefined {
    return this.texts().result;
  }

  /** Set once the execution has failed. */
  get error(): ExecutionError | undefined {
    return this.texts().error;
  }

  /** The argument, and the result or the error. Reads a file if the execution is released. @internal */
  texts(): ExecutionTexts {
    const stored = this.#reload?.();
    const argument = stored === undefined ? this.#argument : stored.execution.argument;
    const end = stored?.end ?? this.#end;
    return {
      argument,
      result: end?.state === 'SUCCEEDED' ? end.result : undefined,
      error: end?.state === 'FAILED' ? end.error : undefined,
    };
  }

  /** The number of billed steps so far. */
  get steps(): number {
    return this.#run?.state.usage.steps ?? this.#usage.steps;
  }

  /** The number of HTTP calls so far. Each attempt counts. */
  get httpCalls(): number {
    return this.#run?.state.usage.httpCalls ?? this.#usage.httpCalls;
  }

  /** The number of HTTP calls to services outside of Google Cloud. */
  get externalCalls(): number {
    return this.#run?.state.usage.externalCalls ?? this.#usage.externalCalls;
  }

  /** Whether the execution has yet to reach the point at which an earlier process ended. @internal */
  get isReplaying(): boolean {
    return this.#state === undefined && (this.#run?.state.calls.isReplaying ?? false);
  }

  /** The steps that have run, in the order in which they began. */
  get history(): readonly StepEntry[] {
    return this.#run?.state.history.entries ?? [];
  }

  /** Begins to run. Does nothing if the execution was cancelled in the queue. */
  start(): void {
    if (this.#run === undefined || this.#state !== undefined || this.startTime !== undefined) return;
    this.startTime = this.#clock.now();
    this.#unwound = this.#runToEnd(this.#run);
  }

  /** Ends the execution as CANCELLED, unless it has ended. */
  cancel(): void {
    this.#finish({ state: 'CANCELLED' });
    this.#run?.state.abort(new Cancelled());
  }

  /**
   * Drops the steps and the texts of an execution that has ended from memory.
   *
   * @param reload reads its texts again @internal
   */
  release(reload: () => EndedExecution | undefined): void {
    if (this.#state === undefined) return;
    const { steps, httpCalls, externalCalls } = this;
    this.#usage = { steps, httpCalls, externalCalls };
    this.#reload = reload;
    this.#run = undefined;
    this.#argument = undefined;
    this.#end = undefined;
  }

  /** Resolves when no step of the execution runs any more. After a cancel, this is a little later than `done`. */
  async stopped(): Promise<void> {
    await this.#unwound;
  }

  async #runToEnd({ program, input, state }: Run): Promise<void> {
    state.enter();
    try {
      this.startTime = state.calls.started();
      const value = await new Runner(program, state).run(input);
      this.#finish({ state: 'SUCCEEDED', result: encodeJson(value) });
    } catch (error) {
      this.#finish(endOf(error));
    } finally {
      state.callbacks.close(this.name);
      state.leave();
    }
  }

  #finish(end: End, endTime = this.#clock.now()): void {
    if (this.#state !== undefined) return;
    this.#state = end.state;
    this.#end = end;
    this.endTime = endTime;
    this.#settle();
  }

  /** The outcome, for a store. undefined while the execution runs. @internal */
  get storedEnd(): StoredEnd | undefined {
    const { startTime, steps, httpCalls, externalCalls } = this;
    return (
      this.#end && {
        ...this.#end,
        endTime: this.endTime ?? this.createTime,
        ...(startTime !== undefined && { startTime }),
        usage: { steps, httpCalls, externalCalls },
      }
    );
  }
}

/**
 * Converts the error that ended a run. Any error other than those of the language is a fault of the executor, and its message
 * says so.
 */
function endOf(error: unknown): End {
  if (error instanceof Raised) return { state: 'FAILED', error: executionError(error) };
  if (error instanceof Fatal) return { state: 'FAILED', error: executionError(error.raised) };
  if (error instanceof Cancelled) return { state: 'CANCELLED' };
  // The JavaScript stack, or the length of a string, was exceeded: a value is nested too deeply or is too large.
  if (error instanceof RangeError) return endOf(new Fatal(`a value is too large: ${error.message}`));
  return { state: 'FAILED', error: executionError(new Raised(`internal error of the executor: ${error}`)) };
}
