import { randomUUID } from 'node:crypto';
import { readArgument } from './argument.ts';
import { Backlog } from './backlog.ts';
import { builtInVariables } from './built-in-variables.ts';
import { type Clock, RealClock } from './clock.ts';
import { googleAccessToken } from './connectors/google-credentials.ts';
import { Deployments, storedWorkflow } from './deployments.ts';
import type { DurableStore, ExecutionWriter, StoredExecution } from './durable/durable-store.ts';
import { Journal, type JournalEntry } from './durable/journal.ts';
import { RequestError } from './errors/request-error.ts';
import { type EarlierRun, Execution } from './execution.ts';
import type { ExecutionRequest } from './execution-request.ts';
import { type ExecutionFilter, ExecutionStore, isPastRetention } from './execution-store.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { runNested } from './nested-execution.ts';
import type { Program } from './program/program.ts';
import type { RunEnvironment } from './runner/run-environment.ts';
import { Turns } from './runner/turns.ts';
import { CallbackRegistry } from './stdlib/callback-registry.ts';
import type { Value } from './values/value.ts';
import { compileSource, type DeployedWorkflow, type DeployOptions } from './workflow.ts';

/** The records of an execution, where there is a store. */
interface Kept {
  readonly writer: ExecutionWriter;
  readonly calls: readonly JournalEntry[];
  readonly startTime?: number | undefined;
}

/** Runs Cloud Workflows on this machine: deploys workflow files and runs their executions, in memory or with a store. */
export class Executor {
  /** The time of all executions. */
  readonly clock: Clock;
  /** @internal */
  readonly callbacks: CallbackRegistry;
  readonly #options: ExecutorOptions;
  readonly #deployments: Deployments;
  readonly #store: ExecutionStore;
  readonly #backlog: Backlog;
  readonly #turns = new Turns();
  readonly #writers = new Map<string, ExecutionWriter>();
  #closed = false;

  constructor(options: ExecutorOptions = {}) {
    this.#options = options;
    this.clock = options.clock ?? new RealClock();
    this.#store = new ExecutionStore(options.store, () => this.clock.now());
    this.#deployments = new Deployments(options.store);
    this.#backlog = new Backlog(options);
    this.callbacks = new CallbackRegistry(
      (execution, path, request) => this.#writers.get(execution)?.callback(path, request),
      (execution) => this.execution(execution)?.isReplaying ?? false,
    );
    if (options.store) this.#recover(options.store);
  }

  /**
   * Makes a workflow available, or a new revision of it.
   *
   * @throws InvalidWorkflowError with every problem of the source and its place; RequestError for an id that breaks the rule
   */
  deploy(workflowId: string, source: string, options: DeployOptions = {}): DeployedWorkflow {
    const { description = '', labels = {}, env = {} } = options;
    const { serviceAccount = `local@${this.project}.iam.gserviceaccount.com` } = options;
    const given = { description, labels, env, serviceAccount };
    return this.#deployments.deploy(workflowId, source, given, this.clock.now());
  }

  /** Returns the latest revision of a workflow, or undefined. */
  workflow(workflowId: string): DeployedWorkflow | undefined {
    return this.#deployments.get(workflowId);
  }

  /** The latest revision of each workflow. */
  workflows(): readonly DeployedWorkflow[] {
    return this.#deployments.all();
  }

  /** Removes a workflow, and cancels and deletes its running executions. Returns whether the workflow existed. */
  deleteWorkflow(workflowId: string): boolean {
    this.#store.deleteRunning(workflowId);
    return this.#deployments.delete(workflowId);
  }

  /**
   * Starts an execution of the latest revision.
   *
   * @throws RequestError NOT_FOUND; INVALID_ARGUMENT for an argument that is not JSON or is larger than the limit;
   *   RESOURCE_EXHAUSTED above the quota, where the backlog is full or the request does not want to wait in it
   */
  createExecution(workflowId: string, request: ExecutionRequest = {}): Execution {
    if (this.#closed) throw new RequestError('UNAVAILABLE', 'the executor is closed');
    const workflow = this.#deployments.get(workflowId);
    if (workflow === undefined)
      throw new RequestError('NOT_FOUND', `workflow '${workflowId}' does not exist`);
    const input = readArgument(request.argument);
    this.#backlog.checkRoom(request.disableConcurrencyQuotaOverflowBuffering ?? false);
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

  /** Loads the executions of an earlier process: those that ended can be looked up, the others continue. */
  #recover(store: DurableStore): void {
    const programs = new Map<string, Program>();
    for (const { execution, startTime, end, calls, callbacks } of store.executions()) {
      const { workflow: revision, argument, id, createTime } = execution;
      if (end !== undefined && isPastRetention(end.endTime, this.clock.now())) {
        store.deleteExecution(id);
        continue;
      }
      const program = programs.get(revision.source) ?? compileSource(revision.source);
      programs.set(revision.source, program);
      const workflow = { ...revision, program };
      if (end === undefined) this.callbacks.recover(callbacks);
      const journal = end === undefined ? { writer: store.writer(id), calls, startTime } : undefined;
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
    kept: Kept | undefined,
    earlier: EarlierRun,
  ): Execution {
    const { project, location } = stored;
    const around = (): RunEnvironment => ({
      clock: this.clock,
      callbacks: this.callbacks,
      turns: this.#turns,
      baseUrl: () => this.#baseUrl,
      onLog: (entry, name) => this.#options.onLog?.(entry, name),
      runWorkflow: (...child) => runNested(this, ...child),
      ...(kept && { journal: new Journal(stored.id, kept.calls, kept.writer, kept.startTime) }),
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
      ({ id }) => this.#variables(workflow, id, project, location),
      around,
      earlier,
    );
    // Before the store hears of the end, which may then leave the execution to its file.
    if (kept !== undefined) this.#keepEnd(execution, kept.writer);
    this.#store.add(execution);
    if (earlier.end === undefined) this.#backlog.add(execution);
    return execution;
  }

  #keepEnd(execution: Execution, writer: ExecutionWriter): void {
    this.#writers.set(execution.name, writer);
    execution.done.then(({ storedEnd }) => {
      this.#writers.delete(execution.name);
      try {
        if (storedEnd !== undefined) writer.ended(storedEnd);
      } catch (error) {
        // As on a full disk. The next process runs the execution again from its records, to the same end.
        const why = error instanceof Error ? error.message : error;
        process.emitWarning(`the end of ${execution.name} is not kept: ${why}`);
        this.#store.keepInMemory(execution);
      }
    });
  }

  /** Starts an execution and waits for its end. */
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

  /** Cancels an execution, unless it has ended. Returns undefined if there is no execution of that name. */
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

  /** The project in names if the caller gives none. */
  get project(): string {
    return this.#options.project ?? 'local';
  }

  /** The location in names if the caller gives none. */
  get location(): string {
    return this.#options.location ?? 'us-central1';
  }

  get #baseUrl(): string {
    const { baseUrl = 'http://localhost:8080' } = this.#options;
    return typeof baseUrl === 'string' ? baseUrl : baseUrl();
  }

  #variables(
    workflow: DeployedWorkflow,
    executionId: string,
    project: string,
    location: string,
  ): ReadonlyMap<string, string> {
    return new Map([
      ...Object.entries(this.#options.env ?? {}),
      ...Object.entries(workflow.env),
      // Set last, because no setting may replace a variable of Google's.
      ...builtInVariables(workflow, executionId, project, location),
    ]);
  }
}
