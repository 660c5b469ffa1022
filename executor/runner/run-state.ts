import { setMaxListeners } from 'node:events';
import type { CallRecord, OutgoingCall, Substitute } from '../calls/outgoing-call.ts';
import type { ChildRun } from '../child-run.ts';
import type { Clock } from '../clock.ts';
import type { DestinationSettings } from '../connectors/destination.ts';
import { Fatal } from '../errors/fatal.ts';
import { LIMITS } from '../limits.ts';
import type { CallbackRegistry } from '../stdlib/callback-registry.ts';
import type { Authorize, BlockingHost, LogEntry } from '../stdlib/function.ts';
import type { Value } from '../values/value.ts';
import { History } from './history.ts';
import { RecordedCalls } from './recorded-calls.ts';
import type { RunEnvironment } from './run-environment.ts';
import { Usage } from './usage.ts';

/**
 * What the strands of one execution share while it runs: its end, its usage, its calls, and its hold on virtual time.
 *
 * Invariant: virtual time passes only while every strand waits (`idle`) for what no call of the execution is busy with.
 */
export class RunState implements BlockingHost {
  readonly executionName: string;
  readonly history: History;
  readonly usage = new Usage((reason) => this.abort(reason));
  readonly calls: RecordedCalls;
  readonly #around: RunEnvironment;
  readonly #variables: ReadonlyMap<string, string>;
  readonly #controller = new AbortController();
  readonly #deadline: number;
  #answers: ReadonlyMap<object, Value> | undefined;
  #runnable = 0;
  #release: (() => void) | undefined;

  constructor(executionName: string, variables: ReadonlyMap<string, string>, around: RunEnvironment) {
    this.executionName = executionName;
    this.#variables = variables;
    this.#around = around;
    this.calls = new RecordedCalls(executionName, around.clock, around.journal);
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
    this.usage.countHttpCall(url);
  }

  /** Whether a caller looks at calls; where none does, no record of them is made. */
  get watchesCalls(): boolean {
    return this.#around.gate !== undefined || this.#around.onCall !== undefined;
  }

  decide(call: OutgoingCall): Substitute | undefined {
    return this.#around.gate?.decide(call, this.executionName);
  }

  noteCall(record: CallRecord): void {
    this.#around.onCall?.(record, this.executionName);
  }

  noteBranch(step: string, line: number, branch: string): void {
    this.#around.onBranch?.({ line, step, branch }, this.executionName);
  }

  get destinations(): DestinationSettings {
    return this.#around.destinations;
  }

  accessToken(scopes: readonly string[]): Promise<string> {
    return this.#around.accessToken(scopes);
  }

  /** Ends every strand: those that wait now, the others at their next step. Returns the reason that unwinds them. */
  abort<R>(reason: R): R {
    this.#controller.abort(reason);
    this.calls.stop();
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
    const turn = this.#around.turns.next();
    if (turn !== undefined) this.calls.holdWhile(turn);
    return turn;
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

  async runWorkflow(workflowId: string, argument: Value, run: ChildRun): Promise<Value> {
    const id = this.calls.childId(0);
    return this.idle(() => this.#around.runWorkflow(workflowId, argument, run, this.signal, id));
  }

  async runWorkflows(workflowId: string, args: readonly Value[], run: ChildRun): Promise<Value> {
    const ids = args.map((_, at) => this.calls.childId(at));
    const runs = () =>
      args.map((argument, at) => this.#around.runWorkflow(workflowId, argument, run, this.signal, ids[at]));
    return this.idle(() => Promise.all(runs()));
  }

  now(): number {
    return this.calls.now();
  }

  uuid(): string {
    return this.calls.uuid();
  }

  get callBegunAt(): number {
    return this.calls.begunAt;
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
