import { randomBytes } from 'node:crypto';
import type { CallGate, CallRecord } from './calls/outgoing-call.ts';
import { type Clock, RealClock } from './clock.ts';
import { googleAccessToken } from './connectors/google-credentials.ts';
import { executionFailed } from './errors/execution-failed.ts';
import { timeoutError } from './errors/raised.ts';
import { RequestError } from './errors/request-error.ts';
import { Execution, type ExecutionRequest } from './execution.ts';
import { type ExecutionFilter, ExecutionStore } from './execution-store.ts';
import { LIMITS } from './limits.ts';
import type { StepEntry } from './runner/history.ts';
import type { RunEnvironment, StepStop } from './runner/run-state.ts';
import { CallbackRegistry } from './stdlib/callback-registry.ts';
import type { Authorize, LogEntry } from './stdlib/function.ts';
import { decodeJson, JsonSyntaxError } from './values/json-decoder.ts';
import { encodeJson } from './values/json-encoder.ts';
import type { Value } from './values/value.ts';
import { compileSource, type DeployedWorkflow, type DeployOptions } from './workflow.ts';

export interface ExecutorOptions {
  readonly clock?: Clock;
  /** For names where the caller gives none. Any project and location is accepted. */
  readonly project?: string;
  readonly location?: string;
  /** Variables of `sys.get_env` for every workflow. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where callback URLs start; a function where it is only known later. */
  readonly baseUrl?: string | (() => string);
  readonly authorize?: Authorize;
  readonly onLog?: (entry: LogEntry, executionName: string) => void;
  readonly onStep?: (entry: StepEntry) => void;
  /** Decides about calls before they are made: mocks, for one. */
  readonly gate?: CallGate;
  /** Told of every call of a function, a connector or a subworkflow, with what came of it. */
  readonly onCall?: (record: CallRecord) => void;
  /** Called before each step; the execution waits for the promise. For debuggers. */
  readonly beforeStep?: (stop: StepStop) => Promise<void> | undefined;
  /** Told which way control takes at a `switch` or into an `except`. */
  readonly onBranch?: RunEnvironment['onBranch'];
  /** Where emulators are found (`PUBSUB_EMULATOR_HOST` and the like); the process's own environment by default. */
  readonly emulators?: Readonly<Record<string, string | undefined>>;
  /** Whether connectors may call Google, with Application Default Credentials. */
  readonly allowGoogle?: boolean;
}

const WORKFLOW_ID = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Runs Cloud Workflows on this machine: deploys workflow files and runs executions of them, in memory. */
export class Executor {
  readonly clock: Clock;
  readonly callbacks = new CallbackRegistry();
  readonly #options: ExecutorOptions;
  readonly #deployed = new Map<string, DeployedWorkflow>();
  readonly #store = new ExecutionStore();
  readonly #queue: Execution[] = [];
  #active = 0;
  #closed = false;

  constructor(options: ExecutorOptions = {}) {
    this.#options = options;
    this.clock = options.clock ?? new RealClock();
  }

  /**
   * Makes a workflow available, or a new revision of it.
   *
   * @throws InvalidWorkflowError with every problem of the source and its place; RequestError for a bad id
   */
  deploy(workflowId: string, source: string, options: DeployOptions = {}): DeployedWorkflow {
    if (!WORKFLOW_ID.test(workflowId)) {
      throw new RequestError('INVALID_ARGUMENT', `'${workflowId}' is not a valid workflow id`);
    }
    const program = compileSource(source);
    const previous = this.#deployed.get(workflowId);
    const now = this.clock.now();
    const revision = Number(previous?.revisionId.slice(0, 6) ?? 0) + 1;
    const workflow: DeployedWorkflow = {
      id: workflowId,
      revisionId: `${String(revision).padStart(6, '0')}-${randomBytes(2).toString('hex').slice(0, 3)}`,
      source,
      program,
      description: options.description ?? '',
      labels: options.labels ?? {},
      env: options.env ?? {},
      serviceAccount: options.serviceAccount ?? `local@${this.project}.iam.gserviceaccount.com`,
      createTime: previous?.createTime ?? now,
      revisionCreateTime: now,
    };
    this.#deployed.set(workflowId, workflow);
    return workflow;
  }

  workflow(workflowId: string): DeployedWorkflow | undefined {
    return this.#deployed.get(workflowId);
  }

  workflows(): readonly DeployedWorkflow[] {
    return [...this.#deployed.values()];
  }

  /** Removes a workflow; its executions go on. Gives whether there was one. */
  deleteWorkflow(workflowId: string): boolean {
    return this.#deployed.delete(workflowId);
  }

  /**
   * Starts an execution of the latest revision.
   *
   * @throws RequestError NOT_FOUND, or INVALID_ARGUMENT for an argument that is no JSON or larger than the limit
   */
  createExecution(workflowId: string, request: ExecutionRequest = {}): Execution {
    if (this.#closed) throw new RequestError('UNAVAILABLE', 'the executor is closed');
    const workflow = this.#deployed.get(workflowId);
    if (workflow === undefined)
      throw new RequestError('NOT_FOUND', `workflow '${workflowId}' does not exist`);
    const input = readArgument(request.argument);
    const { project = this.project, location = this.location } = request;
    const around: RunEnvironment = {
      clock: this.clock,
      callbacks: this.callbacks,
      baseUrl: () => this.#baseUrl,
      onLog: (entry, name) => this.#options.onLog?.(entry, name),
      runWorkflow: (id, argument, signal) => this.#runNested(id, argument, signal),
      destinations: {
        env: this.#options.emulators ?? process.env,
        allowGoogle: this.#options.allowGoogle ?? false,
      },
      accessToken: googleAccessToken,
      ...(this.#options.beforeStep && { beforeStep: this.#options.beforeStep }),
      ...(this.#options.onBranch && { onBranch: this.#options.onBranch }),
      ...(this.#options.gate && { gate: this.#options.gate }),
      ...(this.#options.onCall && { onCall: this.#options.onCall }),
      ...(this.#options.authorize && { authorize: this.#options.authorize }),
      ...(this.#options.onStep && { onStep: this.#options.onStep }),
    };
    const execution = new Execution(
      workflow,
      { ...request, project, location },
      input,
      (created) => this.#environment(workflow, created, project, location),
      around,
    );
    this.#store.add(execution);
    this.#queue.push(execution);
    this.#startQueued();
    return execution;
  }

  /** Starts an execution and waits for its end, whatever it is. */
  async run(workflowId: string, request: ExecutionRequest = {}): Promise<Execution> {
    return this.createExecution(workflowId, request).done;
  }

  /** By resource name or by id. */
  execution(name: string): Execution | undefined {
    return this.#store.get(name.slice(name.lastIndexOf('/') + 1));
  }

  /** The newest first. */
  executions(filter: ExecutionFilter = {}): readonly Execution[] {
    return this.#store.find(filter);
  }

  /** Stops an execution; one that has ended stays as it is. Undefined when there is none of that name. */
  cancel(name: string): Execution | undefined {
    const execution = this.execution(name);
    execution?.cancel();
    return execution;
  }

  /** Cancels every execution and waits until nothing of them runs: no timer and no HTTP call is left. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = this.#store.all();
    for (const execution of all) execution.cancel();
    await Promise.all(all.map((execution) => execution.stopped()));
  }

  get project(): string {
    return this.#options.project ?? 'local';
  }

  get location(): string {
    return this.#options.location ?? 'us-central1';
  }

  get #baseUrl(): string {
    const { baseUrl = 'http://localhost:8080' } = this.#options;
    return typeof baseUrl === 'string' ? baseUrl : baseUrl();
  }

  /** Above the limit, executions wait in the order they came ("Quotas and limits"). */
  #startQueued(): void {
    while (this.#active < LIMITS.concurrentExecutions) {
      const execution = this.#queue.shift();
      if (execution === undefined) return;
      this.#active++;
      execution.start();
      execution.done.then(() => {
        this.#active--;
        this.#startQueued();
      });
    }
  }

  /** `experimental.executions.run`: at most 30 minutes, then the other execution goes on alone. */
  async #runNested(workflowId: string, argument: Value, signal: AbortSignal): Promise<Value> {
    const execution = this.#createNested(workflowId, encodeJson(argument));
    const waiting = new AbortController();
    const stop = () => {
      execution.cancel();
      waiting.abort();
    };
    signal.addEventListener('abort', stop, { once: true });
    const late = this.clock.sleep(LIMITS.nestedExecutionMs, waiting.signal).catch(() => {});
    await Promise.race([execution.done, late]);
    signal.removeEventListener('abort', stop);
    waiting.abort();
    if (signal.aborted) throw signal.reason;
    if (execution.endTime === undefined) throw timeoutError(`TimeoutError: ${execution.name} took too long`);
    if (execution.result === undefined) throw executionFailed(execution);
    return decodeJson(execution.result);
  }

  #createNested(workflowId: string, argument: string): Execution {
    try {
      return this.createExecution(workflowId, { argument });
    } catch (error) {
      if (error instanceof RequestError) throw executionFailed(error);
      throw error;
    }
  }

  /** The built-in variables of "Function: sys.get_env", and the user's. */
  #environment(
    workflow: DeployedWorkflow,
    execution: Execution,
    project: string,
    location: string,
  ): ReadonlyMap<string, string> {
    return new Map([
      ...Object.entries(this.#options.env ?? {}),
      ...Object.entries(workflow.env),
      ['GOOGLE_CLOUD_LOCATION', location],
      ['GOOGLE_CLOUD_PROJECT_ID', project],
      ['GOOGLE_CLOUD_PROJECT_NUMBER', '123456789012'],
      ['GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME', workflow.serviceAccount],
      ['GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID', execution.id],
      ['GOOGLE_CLOUD_WORKFLOW_ID', workflow.id],
      ['GOOGLE_CLOUD_WORKFLOW_REVISION_ID', workflow.revisionId],
    ]);
  }
}

function readArgument(argument: string | undefined): Value {
  if (argument === undefined || argument === '') return null;
  const bytes = Buffer.byteLength(argument);
  if (bytes > LIMITS.argumentBytes) {
    throw new RequestError(
      'INVALID_ARGUMENT',
      `the argument has ${bytes} bytes; at most ${LIMITS.argumentBytes} are allowed`,
    );
  }
  try {
    return decodeJson(argument);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new RequestError('INVALID_ARGUMENT', `the argument is not JSON: ${error.message}`);
  }
}
