import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { CallGate, CallRecord, OutgoingCall, Substitute } from '../calls/outgoing-call.ts';
import type { Clock } from '../clock.ts';
import type { DestinationSettings } from '../connectors/destination.ts';
import { deterministicUuid, type Journal } from '../durable/journal.ts';
import { Fatal } from '../errors/fatal.ts';
import { Raised } from '../errors/raised.ts';
import { LIMITS } from '../limits.ts';
import type { CallbackRegistry } from '../stdlib/callback-registry.ts';
import type { Authorize, BlockingHost, LogEntry } from '../stdlib/function.ts';
import type { Value } from '../values/value.ts';
import { History, type StepEntry } from './history.ts';
import type { Strand } from './strand.ts';

/** A step that is about to run, for a debugger. */
export interface StepStop {
  /** The subworkflow in which the step is; `main` for the main one. */
  readonly routine: string;
  /** The name of the step. */
  readonly step: string;
  /** The line of the step in the source, from 1. */
  readonly line: number;
  /** How deep the step is: calls and blocks count. */
  readonly depth: number;
  /** The variables that are set and that the step can read. */
  readonly variables: () => ReadonlyMap<string, Value>;
  /** Ends the execution as cancelled. */
  readonly cancel: () => void;
}

/** What an execution gets from the executor that runs it. */
export interface RunEnvironment {
  readonly clock: Clock;
  readonly callbacks: CallbackRegistry;
  readonly authorize?: Authorize;
  readonly baseUrl: () => string;
  readonly onLog: (entry: LogEntry, executionName: string) => void;
  readonly onStep?: (entry: StepEntry) => void;
  /** Decides about calls before they are made. */
  readonly gate?: CallGate;
  /** Told of every call, with what came of it. */
  readonly onCall?: (record: CallRecord) => void;
  /** Called before each step; the step waits for the promise. */
  readonly beforeStep?: (stop: StepStop) => Promise<void> | undefined;
  /** Told which way control takes at a `switch` or into an `except`, for coverage. */
  readonly onBranch?: (branch: {
    readonly line: number;
    readonly step: string;
    readonly branch: string;
  }) => void;
  /** Where the calls are recorded, for an execution that outlives its process. */
  readonly journal?: Journal;
  readonly destinations: DestinationSettings;
  readonly accessToken: (scopes: readonly string[]) => Promise<string>;
  /** @param id of the execution, where it must be the same each time the workflow runs */
  readonly runWorkflow: (
    workflowId: string,
    argument: Value,
    signal: AbortSignal,
    id: string | undefined,
  ) => Promise<Value>;
}

/** Hosts of Google Cloud: a call to one is an internal step ("Pricing"). */
const GOOGLE_HOST = /(^|\.)(googleapis\.com|run\.app|cloudfunctions\.net|appspot\.com|pkg\.dev)$/;

/** Steps between two looks at the event loop, so that a busy workflow does not starve the rest of the process. */
const STEPS_PER_TURN = 1000;

/** What one execution counts and shares among its strands while it runs. */
export class RunState implements BlockingHost {
  readonly executionName: string;
  readonly history: History;
  readonly #around: RunEnvironment;
  readonly #variables: ReadonlyMap<string, string>;
  readonly #controller = new AbortController();
  readonly #deadline: number;
  #answers: ReadonlyMap<object, Value> | undefined;
  #memory = 0;
  #runnable = 0;
  #release: (() => void) | undefined;
  #turnAt = STEPS_PER_TURN;
  #callKey = '';
  /** Steps and HTTP calls are the two things that Google bills. */
  steps = 0;
  httpCalls = 0;
  /** Those of the HTTP calls that go to services outside of Google Cloud, which cost more. */
  externalCalls = 0;

  constructor(executionName: string, variables: ReadonlyMap<string, string>, around: RunEnvironment) {
    this.executionName = executionName;
    this.#variables = variables;
    this.#around = around;
    this.#deadline = around.clock.now() + LIMITS.executionMs;
    this.history = new History(() => around.clock.now(), around.onStep);
    // Every branch that waits listens; there is no leak to warn of.
    setMaxListeners(0, this.#controller.signal);
  }

  get clock(): Clock {
    return this.#around.clock;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get callbacks(): CallbackRegistry {
    return this.#around.callbacks;
  }

  get authorize(): Authorize | undefined {
    return this.#around.authorize;
  }

  get baseUrl(): string {
    return this.#around.baseUrl();
  }

  environment(name: string): string | undefined {
    return this.#variables.get(name);
  }

  log(entry: LogEntry): void {
    this.#around.onLog(entry, this.executionName);
  }

  countHttpCall(url: string): void {
    this.httpCalls++;
    if (!GOOGLE_HOST.test(new URL(url).hostname)) this.externalCalls++;
  }

  /** Whether a caller looks at calls; where none does, no record of them is made. */
  get watchesCalls(): boolean {
    return this.#around.gate !== undefined || this.#around.onCall !== undefined;
  }

  decide(call: OutgoingCall): Substitute | undefined {
    return this.#around.gate?.decide(call);
  }

  noteCall(record: CallRecord): void {
    this.#around.onCall?.(record);
  }

  noteBranch(step: string, line: number, branch: string): void {
    this.#around.onBranch?.({ line, step, branch });
  }

  get destinations(): DestinationSettings {
    return this.#around.destinations;
  }

  accessToken(scopes: readonly string[]): Promise<string> {
    return this.#around.accessToken(scopes);
  }

  /** @throws Fatal beyond the limit */
  countSteps(steps: number): void {
    this.steps += steps;
    if (this.steps > LIMITS.steps) {
      throw this.abort(new Fatal(`the execution ran more than ${LIMITS.steps} steps`));
    }
  }

  /** @throws Fatal beyond the limit */
  addMemory(bytes: number): void {
    this.#memory += bytes;
    if (bytes > 0 && this.#memory > LIMITS.variableBytes) {
      throw this.abort(
        new Fatal(`the variables take ${this.#memory} bytes; at most ${LIMITS.variableBytes} are allowed`),
      );
    }
  }

  /** Ends every strand: those that wait now, the others at their next step. Returns the reason that unwinds them. */
  abort<R>(reason: R): R {
    this.#controller.abort(reason);
    return reason;
  }

  /** @throws the reason of an execution that ends early */
  checkAlive(): void {
    if (this.signal.aborted) throw this.signal.reason;
  }

  get beforeStep(): RunEnvironment['beforeStep'] {
    return this.#around.beforeStep;
  }

  /** A pause for the rest of the process, from time to time. */
  turn(): Promise<void> | undefined {
    if (this.steps < this.#turnAt) return undefined;
    this.#turnAt = this.steps + STEPS_PER_TURN;
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** A strand begins or goes on to run: virtual time stands still. */
  enter(): void {
    if (this.#runnable++ === 0) this.#release = this.clock.hold();
  }

  leave(): void {
    if (--this.#runnable === 0) this.#release?.();
  }

  async idle<T>(wait: () => Promise<T>): Promise<T> {
    this.checkAlive();
    this.leave();
    try {
      return await wait();
    } finally {
      this.enter();
      if (!this.signal.aborted && this.clock.now() > this.#deadline) {
        this.abort(new Fatal('the execution took longer than a year'));
      }
    }
  }

  async runWorkflow(workflowId: string, argument: Value): Promise<Value> {
    const id = this.#childId(0);
    return this.idle(() => this.#around.runWorkflow(workflowId, argument, this.signal, id));
  }

  async runWorkflows(workflowId: string, args: readonly Value[]): Promise<Value> {
    const ids = args.map((_, at) => this.#childId(at));
    const runs = () =>
      args.map((argument, at) => this.#around.runWorkflow(workflowId, argument, this.signal, ids[at]));
    return this.idle(() => Promise.all(runs()));
  }

  /** The id of an execution that a call starts: after a restart the call finds the execution by it. */
  #childId(number: number): string | undefined {
    return this.#around.journal && deterministicUuid(`${this.executionName}:${this.#callKey}:${number}`);
  }

  now(): number {
    return this.#around.journal?.replayTime ?? this.clock.now();
  }

  uuid(): string {
    return this.#around.journal?.uuid() ?? randomUUID();
  }

  /** When the call that is being made began. */
  callBegunAt = 0;

  /**
   * Makes a call of a strand, and records it; or gives the outcome that it had in an earlier process.
   *
   * @param replayed told of an outcome that is not new
   */
  async journaled(
    strand: Strand,
    make: () => Promise<Value>,
    replayed?: (value: Value) => void,
  ): Promise<Value> {
    const { journal, clock } = this.#around;
    if (journal === undefined) {
      this.callBegunAt = clock.now();
      return make();
    }
    const key = `${strand.path}#${strand.calls++}`;
    const past = await journal.outcome(key);
    if (past !== undefined) {
      replayed?.(past.value);
      if (past.kind === 'raise') throw new Raised(past.value);
      return past.value;
    }
    this.callBegunAt = journal.begin(key, clock.now());
    this.#callKey = key;
    try {
      const value = await make();
      journal.end(key, clock.now(), { kind: 'result', value });
      return value;
    } catch (error) {
      if (error instanceof Raised) journal.end(key, clock.now(), { kind: 'raise', value: error.value });
      throw error;
    }
  }

  /** The result of a subworkflow that the current evaluation has called before. */
  answer(site: object): Value | undefined {
    return this.#answers?.get(site);
  }

  /** Evaluates with these results of subworkflows. It is synchronous, so one branch cannot read the results of another branch. */
  withAnswers<T>(answers: ReadonlyMap<object, Value>, evaluate: () => T): T {
    const outer = this.#answers;
    this.#answers = answers;
    try {
      return evaluate();
    } finally {
      this.#answers = outer;
    }
  }
}
