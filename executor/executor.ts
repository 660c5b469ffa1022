import { randomBytes, randomUUID } from 'node:crypto';
import type { CallGate, CallRecord } from './calls/outgoing-call.ts';
import { type Clock, RealClock } from './clock.ts';
import { googleAccessToken } from './connectors/google-credentials.ts';
import type {
  DurableStore,
  ExecutionWriter,
  StoredExecution,
  StoredWorkflow,
} from './durable/durable-store.ts';
import { Journal, type JournalEntry } from './durable/journal.ts';
import { executionFailed } from './errors/execution-failed.ts';
import { timeoutError } from './errors/raised.ts';
import { RequestError } from './errors/request-error.ts';
import { type EarlierRun, Execution, type ExecutionRequest } from './execution.ts';
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

/** The options of {@link Executor}. */
export interface ExecutorOptions {
  /** Default: the real time. A {@link VirtualClock} passes as fast as nothing holds it. */
  readonly clock?: Clock;
  /** For names where the caller gives none. Any project and location is accepted. */
  readonly project?: string;
  /** See `project`. */
  readonly location?: string;
  /** Variables of `sys.get_env` for every workflow. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where callback URLs start; a function where it is only known later. */
  readonly baseUrl?: string | (() => string);
  /** Returns the headers for the `auth` of an HTTP call. Default: none. */
  readonly authorize?: Authorize;
  /** Told of each `sys.log`. */
  readonly onLog?: (entry: LogEntry, executionName: string) => void;
  /** Told of each step that begins. */
  readonly onStep?: (entry: StepEntry) => void;
  /** Decides about calls before they are made: mocks, for one. */
  readonly gate?: CallGate;
  /** Told of every call of a function, a connector or a subworkflow, with what came of it. */
  readonly onCall?: (record: CallRecord) => void;
  /** Called before each step; the execution waits for the promise. For debuggers. */
  readonly beforeStep?: (stop: StepStop) => Promise<void> | undefined;
  /** Told which way control takes at a `switch` or into an `except`. */
  readonly onBranch?: RunEnvironment['onBranch'];
  /** The quota of executions that run at once, sleeping ones included. 10,000 by default, as at Google. */
  readonly concurrentExecutions?: number;
  /** Executions above the quota that wait in state QUEUED; more are refused. 100,000 by default. */
  readonly backlog?: number;
  /** Keeps workflows and executions for the next process, which goes on with those that have not ended. @internal */
  readonly store?: DurableStore;
  /** Where emulators are found (`PUBSUB_EMULATOR_HOST` and the like); the process's own environment by default. */
  readonly emulators?: Readonly<Record<string, string | undefined>>;
  /** Whether connectors may call Google, with Application Default Credentials. */
  readonly allowGoogle?: boolean;
}

const WORKFLOW_ID = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Runs Cloud Workflows on this machine: deploys workflow files and runs executions of them, in memory or with a store. */
export class Executor {
  /** The time of all executions. */
  readonly clock: Clock;
  /** @internal */
  readonly callbacks: CallbackRegistry;
  readonly #options: ExecutorOptions;
  readonly #deployed = new Map<string, DeployedWorkflow>();
  readonly #store = new ExecutionStore();
  readonly #queue: Execution[] = [];
  readonly #writers = new Map<string, ExecutionWriter>();
  #active = 0;
  #closed = false;

  constructor(options: ExecutorOptions = {}) {
    this.#options = options;
    this.clock = options.clock ?? new RealClock();
    this.callbacks = new CallbackRegistry((execution, path, request) => {
      this.#writers.get(execution)?.callback(path, request);
    });
    if (options.store) this.#recover(options.store);
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
    this.#options.store?.saveWorkflow(storedWorkflow(workflow));
    return workflow;
  }

  /** The latest revision of a workflow, or undefined. */
  workflow(workflowId: string): DeployedWorkflow | undefined {
    return this.#deployed.get(workflowId);
  }

  /** The latest revision of each workflow. */
  workflows(): readonly DeployedWorkflow[] {
    return [...this.#deployed.values()];
  }

  /** Removes a workflow; its executions go on. Gives whether there was one. */
  deleteWorkflow(workflowId: string): boolean {
    this.#options.store?.deleteWorkflow(workflowId);
    return this.#deployed.delete(workflowId);
  }

  /**
   * Starts an execution of the latest revision.
   *
   * @throws RequestError NOT_FOUND; INVALID_ARGUMENT for an argument that is no JSON or larger than the limit;
   *   RESOURCE_EXHAUSTED above the quota, where the backlog is full or the request does not want to wait in it
   */
  createExecution(workflowId: string, request: ExecutionRequest = {}): Execution {
    if (this.#closed) throw new RequestError('UNAVAILABLE', 'the executor is closed');
    const workflow = this.#deployed.get(workflowId);
    if (workflow === undefined)
      throw new RequestError('NOT_FOUND', `workflow '${workflowId}' does not exist`);
    const input = readArgument(request.argument);
    this.#checkQuota(request);
    const { project = this.project, location = this.location } = request;
    const id = request.id ?? randomUUID();
    const createTime = this.clock.now();
    const stored: StoredExecution = {
      id,
      workflow: storedWorkflow(workflow),
      project,
      location,
      labels: { ...workflow.labels, ...request.labels },
      createTime,
      ...(request.argument !== undefined && { argument: request.argument }),
    };
    const writer = this.#options.store?.create(stored);
    return this.#add(workflow, stored, input, writer && { writer, calls: [] }, { id, createTime });
  }

  /** Takes in what an earlier process left: what has ended can be looked up, what has not goes on. */
  #recover(store: DurableStore): void {
    for (const { id, ...stored } of store.workflows()) {
      this.#deployed.set(id, { id, ...stored, program: compileSource(stored.source) });
    }
    for (const { execution, end, calls, callbacks } of store.executions()) {
      const { workflow: revision, argument, id, createTime } = execution;
      const workflow = { ...revision, program: compileSource(revision.source) };
      this.callbacks.recover(callbacks);
      const journal = end === undefined ? { writer: store.writer(id), calls } : undefined;
      this.#add(workflow, execution, readArgument(argument), journal, {
        id,
        createTime,
        ...(end && { end }),
      });
    }
  }

  #add(
    workflow: DeployedWorkflow,
    stored: StoredExecution,
    input: Value,
    kept: { readonly writer: ExecutionWriter; readonly calls: readonly JournalEntry[] } | undefined,
    earlier: EarlierRun,
  ): Execution {
    const { project, location } = stored;
    const around = (): RunEnvironment => ({
      clock: this.clock,
      callbacks: this.callbacks,
      baseUrl: () => this.#baseUrl,
      onLog: (entry, name) => this.#options.onLog?.(entry, name),
      runWorkflow: (workflowId, argument, signal, id) => this.#runNested(workflowId, argument, signal, id),
      ...(kept && { journal: new Journal(stored.id, kept.calls, kept.writer) }),
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
    });
    const execution = new Execution(
      workflow,
      stored,
      input,
      (created) => this.#environment(workflow, created, project, location),
      around,
      earlier,
    );
    this.#store.add(execution);
    if (earlier.end !== undefined) return execution;
    if (kept !== undefined) this.#keepEnd(execution, kept.writer);
    this.#queue.push(execution);
    this.#startQueued();
    return execution;
  }

  #keepEnd(execution: Execution, writer: ExecutionWriter): void {
    this.#writers.set(execution.name, writer);
    execution.done.then(({ storedEnd }) => {
      this.#writers.delete(execution.name);
      if (storedEnd !== undefined) writer.ended(storedEnd);
    });
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

  /**
   * Stops every execution and waits until nothing of them runs: no timer and no HTTP call is left. With a store, the
   * executions go on in the next process; without one, they are cancelled.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#options.store?.close();
    const all = this.#store.all();
    for (const execution of all) execution.cancel();
    await Promise.all(all.map((execution) => execution.stopped()));
  }

  /** The project of names where the caller gives none. */
  get project(): string {
    return this.#options.project ?? 'local';
  }

  /** The location of names where the caller gives none. */
  get location(): string {
    return this.#options.location ?? 'us-central1';
  }

  get #baseUrl(): string {
    const { baseUrl = 'http://localhost:8080' } = this.#options;
    return typeof baseUrl === 'string' ? baseUrl : baseUrl();
  }

  /** Refuses an execution that may neither run nor wait ("Quotas, execution backlogging"). */
  #checkQuota({ disableConcurrencyQuotaOverflowBuffering: mustNotWait }: ExecutionRequest): void {
    if (this.#active < this.#quota) return;
    if (!mustNotWait && this.#queue.length < (this.#options.backlog ?? LIMITS.backlog)) return;
    const why = mustNotWait ? 'the request does not wait in the backlog' : 'the backlog is full';
    throw new RequestError(
      'RESOURCE_EXHAUSTED',
      `quota of ${this.#quota} concurrent executions is used up, and ${why}`,
    );
  }

  get #quota(): number {
    return this.#options.concurrentExecutions ?? LIMITS.concurrentExecutions;
  }

  /** Above the quota, executions wait in the order they came. */
  #startQueued(): void {
    while (this.#active < this.#quota) {
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
  async #runNested(
    workflowId: string,
    argument: Value,
    signal: AbortSignal,
    id: string | undefined,
  ): Promise<Value> {
    const earlier = id === undefined ? undefined : this.#store.get(id);
    const execution = earlier ?? this.#createNested(workflowId, encodeJson(argument), id);
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

  #createNested(workflowId: string, argument: string, id: string | undefined): Execution {
    try {
      return this.createExecution(workflowId, id === undefined ? { argument } : { argument, id });
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

function storedWorkflow({ program: _, ...stored }: DeployedWorkflow): StoredWorkflow {
  return stored;
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
