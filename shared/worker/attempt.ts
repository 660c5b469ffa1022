/**
 * Runs one attempt: the steps of an operation, one after the other, until a step ends the attempt.
 *
 * Invariant: an attempt is past once its lease is lost or a step has ended it. From then on the user's code has no effect:
 * `op` refuses each call, and the return value of a step is dropped.
 */
import { payloadToAny } from '../client/any.ts';
import { durationMs } from '../client/duration-field.ts';
import { requireJson } from '../client/json.ts';
import { OperationError } from '../client/operation-error.ts';
import { parse } from '../client/schema.ts';
import { AttemptEvents } from './attempt-events.ts';
import type { AttemptParts } from './attempt-parts.ts';
import { WaitChildren } from './child-results.ts';
import { failedEvent } from './end-operation.ts';
import { cancelFailure, Failure, isFailure } from './failure.ts';
import { isFinal, refusal } from './final-error.ts';
import type { Aborted, Log } from './op.ts';
import type { WorkerSpec } from './operation.ts';
import { pastError } from './past-error.ts';
import { Progress } from './progress.ts';
import { encodeSavedWork, type SavedWork } from './saved-work.ts';
import type { Signal } from './signal.ts';
import { stepLog } from './step-log.ts';
import { type StepAttempt, StepOp, type StepOutcome } from './step-op.ts';
import { thrownError } from './thrown-error.ts';
import type { WaitSpec } from './transition.ts';
import { UnsentEvent } from './unsent-event.ts';
import { waitingEvent } from './waiting-event.ts';
import { wireStatus } from './wire-status.ts';

/** The worker, the step and the saved work with which an attempt begins. */
export interface Entry {
  readonly worker: WorkerSpec;
  readonly input: unknown;
  readonly work: SavedWork;
  readonly step: string;
  readonly failure?: Failure;
}

/** `again`: Pub/Sub has to deliver the message again, because an operation without a lease gets no other attempt. */
export type AttemptEnd = 'done' | 'again';

/** How long a step may go on after its signal was aborted, before the attempt ends without it. */
const TIMEOUT_GRACE_MS = 5_000;
/** The same at a shutdown. Cloud Run kills the process 10 s after SIGTERM, and the steps have used 7 s by then. */
const SHUTDOWN_GRACE_MS = 1_000;

export class Attempt implements StepAttempt {
  readonly signal: Signal;
  readonly worker: WorkerSpec;
  readonly input: unknown;
  readonly parts: AttemptParts;
  children: WaitChildren;
  readonly progress: Progress;
  work: SavedWork;
  failure: Failure | undefined;
  aborted: Aborted | undefined;
  /** See the invariant at the top of this file. */
  past = false;
  #step: string;
  readonly #events: AttemptEvents;
  #abort: AbortController | undefined;
  #leaveStep: (() => void) | undefined;
  /** Ends the pauses between two tries to send an event. */
  readonly #pauses = new Set<() => void>();

  constructor(signal: Signal, { worker, input, work, step, failure }: Entry, parts: AttemptParts) {
    this.signal = signal;
    this.worker = worker;
    this.input = input;
    this.work = work;
    this.failure = failure;
    this.parts = parts;
    this.#step = step;
    this.#events = new AttemptEvents(signal, parts);
    this.children = new WaitChildren(signal, work.wait, parts);
    this.progress = new Progress(parts.clock, (metadata) => this.#sendProgress(metadata));
  }

  /** The log of a step, whose lines name the operation. */
  log(step: string): Log {
    const { operation, method, attempt } = this.signal;
    return stepLog(this.parts.log, { operation, method, attempt, step });
  }

  /** The controller is created at the first read, because most steps never read the signal. */
  get abortSignal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.aborted) this.#abort.abort(abortError(this.aborted));
    return this.#abort.signal;
  }

  /** A lost lease replaces every other reason, and every reason replaces a cancel, which is only a request. */
  abort(reason: Aborted): void {
    if (this.past || (this.aborted && this.aborted !== 'CANCEL' && reason !== 'LEASE_LOST')) return;
    // A cancel does not abort the steps that clean up after it, nor the last resort.
    if (reason === 'CANCEL' && (this.aborted || this.work.lastResort || this.failure?.reason === 'CANCEL'))
      return;
    this.aborted = reason;
    this.#abort?.abort(abortError(reason));
    if (reason === 'LEASE_LOST') {
      this.past = true;
      this.#leaveStep?.();
      this.#endPauses();
    } else if (reason !== 'CANCEL') {
      if (reason === 'SHUTDOWN') this.#endPauses();
      const graceMs = reason === 'SHUTDOWN' ? SHUTDOWN_GRACE_MS : TIMEOUT_GRACE_MS;
      this.parts.clock.after(graceMs, () => this.#leaveStep?.());
    }
  }

  async run(): Promise<AttemptEnd> {
    await this.children.prepare();
    let tries = this.signal.try;
    for (;;) {
      // A step that begins now would have no time: its attempt continues in another process.
      const next =
        this.aborted === 'SHUTDOWN' ? await this.#release() : await this.#runStep(this.#step, tries);
      if (this.past) return 'done';
      if (next === 'done' || next === 'again') {
        this.past = true;
        return next;
      }
      this.#step = next.step;
      tries = 1;
    }
  }

  /** Saves the state within the current step. @throws OperationError ABORTED if the attempt is past. */
  async save(state: unknown): Promise<void> {
    const work = await this.#withState(this.work, state);
    await this.#checkpoint(work, undefined);
  }

  async #runStep(step: string, tries: number): Promise<AttemptEnd | { step: string }> {
    let outcome: StepOutcome;
    try {
      const limits = this.work.lastResort ? undefined : this.worker.limits[step];
      // The worker was lost in the last allowed try, and could not report that.
      if (limits && tries > limits.maxTries) {
        throw new OperationError('UNAVAILABLE', `step "${step}" was tried ${tries - 1} times`, {
          retry: false,
        });
      }
      const op = new StepOp(this, step, tries, await this.#readState());
      outcome = await this.#outcome(op, step, limits?.timeoutMs);
    } catch (error) {
      outcome = { type: 'threw', error };
    }
    if (this.past) return 'done';
    try {
      return outcome.type === 'threw'
        ? await this.#threw(step, tries, outcome.error)
        : await this.#returned(step, outcome);
    } catch (error) {
      if (this.past) return 'done';
      // The outcome of the step could not be reported, so the next try runs the step again.
      if (error instanceof UnsentEvent) throw error;
      return this.#refused(step, tries, error);
    }
  }

  async #refused(step: string, tries: number, error: unknown): Promise<AttemptEnd | { step: string }> {
    const refused = refusal(error);
    if (refused !== error)
      this.log(step).error(`the orchestrator refused the event of step "${step}"`, { err: refused });
    try {
      return await this.#threw(step, tries, refused);
    } catch (next) {
      // The refusal has ended the operation.
      if (this.past) return 'done';
      throw next;
    }
  }

  async #outcome(op: StepOp, step: string, timeoutMs = Number.POSITIVE_INFINITY): Promise<StepOutcome> {
    const cancelTimeout =
      timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : this.parts.clock.after(timeoutMs, () => this.abort('TIMEOUT'));
    try {
      const returned = this.#invoke(op, step);
      const value = isPromise(returned) ? await Promise.race([returned, this.#left()]) : returned;
      if (value === LEFT) {
        this.log(step).warn('a step goes on in spite of its signal', { aborted: this.aborted });
        return { type: 'threw', error: undefined };
      }
      return op.outcome(value);
    } catch (error) {
      return { type: 'threw', error: op.misuse ?? error };
    } finally {
      cancelTimeout?.();
      this.#leaveStep = undefined;
    }
  }

  #invoke(op: StepOp, step: string): unknown {
    const invoke = () => (this.worker.steps[step] as (op: unknown) => unknown)(op);
    const { probe, telemetry } = this.parts;
    const run = telemetry?.isOn ? () => telemetry.span(`step ${step}`, {}, async () => invoke()) : invoke;
    if (!probe?.step) return run();
    const { operation, method, attempt } = this.signal;
    return probe.step({ operation, method, attempt, step }, run);
  }

  #left(): Promise<typeof LEFT> {
    return new Promise((resolve) => {
      this.#leaveStep = () => resolve(LEFT);
    });
  }

  async #returned(
    step: string,
    outcome: Exclude<StepOutcome, { type: 'threw' }>,
  ): Promise<AttemptEnd | { step: string }> {
    if (outcome.type === 'response') return this.#succeed(step, outcome.response);
    const { transition, state } = outcome;
    if (transition.type === 'done') return this.#end({ succeeded: {} });
    if (transition.type === 'go') return this.#go(transition.step, state);
    return this.#wait(transition, state);
  }

  async #succeed(step: string, response: unknown): Promise<AttemptEnd> {
    const { response: schema, responseType } = this.worker.definition;
    const what = `response of step "${step}"`;
    const any = payloadToAny(response, what, 'INTERNAL', responseType);
    if (schema) {
      const parsed = parse(schema, response, what, 'INTERNAL');
      if (parsed instanceof Promise) await parsed;
    }
    return this.#end({ succeeded: { response: any } });
  }

  async #go(step: string, state: unknown): Promise<{ step: string }> {
    const work = await this.#withState({ ...this.work, decided: true, ...this.#savedFailure() }, state);
    await this.#checkpoint(work, step);
    return { step };
  }

  async #wait(spec: WaitSpec, state: unknown): Promise<AttemptEnd | { step: string }> {
    const number = this.work.waits + 1;
    const waiting = await waitingEvent(this.signal.operation, number, spec);
    const resumePoint = spec.next.then;
    const { wait: _, decided: __, ...before } = this.work;
    const begun: SavedWork = { ...before, ...this.#savedFailure(), waits: number };
    if (!waiting) {
      // There is nothing to wait for.
      this.work = begun;
      this.children = new WaitChildren(this.signal, undefined, this.parts);
      return this.#go(resumePoint, state);
    }
    const work = await this.#withState({ ...begun, wait: waiting.saved }, state);
    return this.#end({ waiting: { ...waiting.fields, resumePoint, checkpoint: encodeSavedWork(work) } });
  }

  async #threw(step: string, tries: number, thrown: unknown): Promise<AttemptEnd | { step: string }> {
    if (this.aborted === 'SHUTDOWN') return this.#release();
    const error = this.#errorOf(step, thrown);
    const limit = this.work.lastResort ? undefined : this.worker.limits[step]?.maxTries;
    const isLast = this.signal.leaseMs === undefined || (limit !== undefined && tries >= limit);
    if (!isFinal(error) && !isLast) {
      // `thrownError` has logged every other error.
      if (error === thrown || this.aborted === 'TIMEOUT')
        this.log(step).warn(`step "${step}" failed, and is tried again`, { err: error });
      return this.#failAttempt(error);
    }
    const failure = isFailure(error) ? error : new Failure('TRIES', error);
    const { catchStep } = this.worker;
    if (catchStep === undefined || this.work.lastResort) return this.#end(failedEvent(failure));
    this.failure = failure;
    // The abort was for the failed step, and not for the catch step.
    this.aborted = undefined;
    this.#abort = undefined;
    await this.#checkpoint(
      { ...this.work, ...this.#savedFailure(), decided: true, lastResort: true },
      catchStep,
    );
    return { step: catchStep };
  }

  #errorOf(step: string, thrown: unknown): OperationError {
    if (this.aborted === 'TIMEOUT') {
      return new OperationError('DEADLINE_EXCEEDED', `step "${step}" took longer than its timeout`);
    }
    if (this.aborted === 'CANCEL' && !isFailure(thrown)) return cancelFailure();
    return thrownError(step, thrown, { exposeErrors: this.parts.exposeErrors, log: this.log(step) });
  }

  #failAttempt(error: OperationError): Promise<AttemptEnd> {
    const retryDelay =
      typeof error.retry === 'string' ? { retryDelay: `${durationMs(error.retry, 'retry') / 1_000}s` } : {};
    return this.#end({ attemptFailed: { error: wireStatus(error), ...retryDelay } });
  }

  async #release(): Promise<AttemptEnd> {
    if (this.signal.leaseMs === undefined) return 'again';
    const error = { code: 14, message: 'The worker was shut down.' };
    return this.#end({ attemptFailed: { error, released: true } });
  }

  async #end(fields: object): Promise<AttemptEnd> {
    await this.progress.flush();
    await this.#send(fields);
    return 'done';
  }

  async #checkpoint(work: SavedWork, resumePoint: string | undefined): Promise<void> {
    const checkpoint = encodeSavedWork(work);
    await this.#send({ checkpointed: { checkpoint, ...(resumePoint !== undefined && { resumePoint }) } });
    this.work = work;
  }

  /** Sent without a retry, because newer progress replaces it. */
  #sendProgress(metadata: unknown): Promise<void> {
    return this.#send({ progressed: { metadata } }, () => true);
  }

  /**
   * @throws OperationError ABORTED if the attempt is past, ApiError if the orchestrator refuses the event, UnsentEvent if it
   * cannot be sent
   */
  async #send(fields: object, isOver = () => this.past || this.aborted === 'SHUTDOWN'): Promise<void> {
    if (await this.#events.send(fields, { isOver, pause: (ms) => this.#pause(ms) })) return;
    this.abort('LEASE_LOST');
    throw pastError();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancelTimer();
        this.#pauses.delete(end);
        resolve();
      };
      const cancelTimer = this.parts.clock.after(ms, end);
      this.#pauses.add(end);
    });
  }

  #endPauses(): void {
    for (const end of this.#pauses) end();
  }

  async #readState(): Promise<unknown> {
    const { state } = this.worker;
    if (!state) return undefined;
    const { state: saved, version } = this.work;
    return version === undefined ? structuredClone(state.initial) : state.codec.read(saved, version);
  }

  /** @throws OperationError INTERNAL if the state is not JSON, or its schema refuses it. */
  async #withState(work: SavedWork, draft: unknown): Promise<SavedWork> {
    const { state } = this.worker;
    if (!state) return work;
    const { version } = state.codec;
    requireJson(draft, 'state', 'INTERNAL');
    await state.codec.read(draft, version);
    return { ...work, state: draft, version };
  }

  #savedFailure(): Pick<SavedWork, 'failure'> {
    if (!this.failure) return {};
    const { reason, code, message, details } = this.failure;
    return { failure: { reason, code, message, details } };
  }
}

const LEFT = Symbol('the step was left');

function abortError(reason: Aborted): OperationError {
  const code = reason === 'TIMEOUT' ? 'DEADLINE_EXCEEDED' : reason === 'CANCEL' ? 'CANCELLED' : 'ABORTED';
  return new OperationError(code, `The step was asked to stop: ${reason}`);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === 'function';
}
