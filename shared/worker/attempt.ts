/**
 * Runs one attempt: the steps of an operation, one after the other, until a step ends the attempt.
 *
 * Invariant: an attempt is past once its lease is lost or a step has ended it. From then on the user's code has no effect:
 * `op` refuses each call, and the return value of a step is dropped.
 */
import { payloadToAny } from '../client/any.ts';
import { protoDuration } from '../client/duration-field.ts';
import { OperationError } from '../client/operation-error.ts';
import { parse } from '../client/schema.ts';
import { attemptEvent } from './attempt-event.ts';
import type { AttemptParts } from './attempt-parts.ts';
import { WaitChildren } from './child-results.ts';
import { failedEvent } from './end-operation.ts';
import type { Entry } from './entry.ts';
import { cancelFailure, Failure, isFailure } from './failure.ts';
import { isFinal, refusal } from './final-error.ts';
import type { Aborted, Log } from './op.ts';
import type { WorkerSpec } from './operation.ts';
import type { LifecycleEvent, Occurrence } from './operation-calls.ts';
import { pastError } from './past-error.ts';
import { Pauses } from './pauses.ts';
import { Progress } from './progress.ts';
import { savedFailure, stateOf, withState } from './saved-state.ts';
import { encodeSavedWork, type SavedWork } from './saved-work.ts';
import type { Signal } from './signal.ts';
import type { StepAttempt } from './step-attempt.ts';
import { stepLog } from './step-log.ts';
import { StepOp } from './step-op.ts';
import type { StepOutcome } from './step-outcome.ts';
import { STEP_LEFT, StepStop } from './step-stop.ts';
import { thrownError } from './thrown-error.ts';
import type { WaitSpec } from './transition.ts';
import { sendAgain, UnsentEvent } from './unsent-event.ts';
import { waitingEvent } from './waiting-event.ts';
import { wireStatus } from './wire-status.ts';

/** `again`: Pub/Sub has to deliver the message again, because an operation without a lease gets no other attempt. */
export type AttemptEnd = 'done' | 'again';

export class Attempt implements StepAttempt {
  readonly signal: Signal;
  readonly worker: WorkerSpec;
  readonly input: unknown;
  readonly parts: AttemptParts;
  work: SavedWork;
  failure: Failure | undefined;
  /** See the invariant at the top of this file. */
  past = false;
  #step: string;
  /** The number of events. Their order is the order of the calls of `#send`. */
  #sequence = 0;
  #stop: StepStop;
  // Made when they are needed, because most attempts have none of them, and thousands of attempts may be under way.
  #children: WaitChildren | undefined;
  #progress: Progress | undefined;
  #pauses: Pauses | undefined;

  constructor(signal: Signal, { worker, input, work, step, failure }: Entry, parts: AttemptParts) {
    this.signal = signal;
    this.worker = worker;
    this.input = input;
    this.work = work;
    this.failure = failure;
    this.parts = parts;
    this.#step = step;
    this.#stop = new StepStop(parts.clock);
  }

  get children(): WaitChildren {
    this.#children ??= new WaitChildren(this.signal, this.work.wait, this.parts);
    return this.#children;
  }

  get progress(): Progress {
    this.#progress ??= new Progress(this.parts.clock, (metadata) => this.#sendProgress(metadata));
    return this.#progress;
  }

  /** The log of a step, whose lines name the operation. */
  log(step: string): Log {
    const { operation, method, attempt } = this.signal;
    return stepLog(this.parts.log, { operation, method, attempt, step });
  }

  get aborted(): Aborted | undefined {
    return this.#stop.reason;
  }

  get abortSignal(): AbortSignal {
    return this.#stop.signal;
  }

  abort(reason: Aborted): void {
    if (this.past) return;
    // A cancel does not abort the steps that clean up after it, nor the last resort.
    if (reason === 'CANCEL' && (this.work.lastResort || this.failure?.reason === 'CANCEL')) return;
    this.past = reason === 'LEASE_LOST';
    if (!this.#stop.request(reason)) return;
    if (reason === 'LEASE_LOST' || reason === 'SHUTDOWN') this.#pauses?.end();
  }

  async run(): Promise<AttemptEnd> {
    const prepared = this.work.wait && this.children.prepare();
    if (prepared) await prepared;
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
      // A timeout is only about the step that reached it.
      if (this.aborted === 'TIMEOUT') this.#stop = new StepStop(this.parts.clock);
      this.#step = next.step;
      tries = 1;
    }
  }

  /** Saves the state within the current step. @throws OperationError ABORTED if the attempt is past. */
  async save(state: unknown): Promise<void> {
    const work = await withState(this.worker, this.work, state);
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
      const state = this.worker.state && (await stateOf(this.work, this.worker.state));
      const op = new StepOp(this, step, tries, state);
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
      const value = isPromise(returned) ? await this.#stop.orReturned(returned) : returned;
      if (value === STEP_LEFT) {
        this.log(step).warn('a step goes on in spite of its signal', { aborted: this.aborted });
        return { type: 'threw', error: undefined };
      }
      return op.outcome(value);
    } catch (error) {
      return { type: 'threw', error: op.misuse ?? error };
    } finally {
      cancelTimeout?.();
      this.#stop.stepEnded();
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

  #returned(
    step: string,
    outcome: Exclude<StepOutcome, { type: 'threw' }>,
  ): Promise<AttemptEnd | { step: string }> {
    if (outcome.type === 'response') return this.#succeed(step, outcome.response);
    const { transition, state } = outcome;
    if (transition.type === 'done') return this.#end({ succeeded: {} });
    if (transition.type === 'go') return this.#go(transition.step, state);
    return this.#wait(transition, state);
  }

  // From here on, promises are passed on as they are: all attempts of a process may wait for the answer to their last event, and
  // each async function in between would keep its state meanwhile.

  #succeed(step: string, response: unknown): Promise<AttemptEnd> {
    const { response: schema, responseType } = this.worker.definition;
    const what = `response of step "${step}"`;
    const any = payloadToAny(response, what, 'INTERNAL', responseType);
    const succeeded = { succeeded: { response: any } };
    const parsed = schema && parse(schema, response, what, 'INTERNAL');
    return parsed instanceof Promise ? parsed.then(() => this.#end(succeeded)) : this.#end(succeeded);
  }

  async #go(step: string, state: unknown): Promise<{ step: string }> {
    const work = await withState(
      this.worker,
      { ...this.work, decided: true, failure: savedFailure(this.failure) },
      state,
    );
    await this.#checkpoint(work, step);
    return { step };
  }

  async #wait(spec: WaitSpec, state: unknown): Promise<AttemptEnd | { step: string }> {
    const number = this.work.waits + 1;
    const waiting = await waitingEvent(this.signal.operation, number, spec);
    const begun: SavedWork = {
      ...this.work,
      waits: number,
      wait: waiting?.saved,
      decided: undefined,
      failure: savedFailure(this.failure),
    };
    if (!waiting) {
      // There is nothing to wait for.
      this.work = begun;
      this.#children = undefined;
      return this.#go(spec.next.then, state);
    }
    const work = await withState(this.worker, begun, state);
    return this.#end({ waiting: { ...waiting.fields, checkpoint: encodeSavedWork(work) } });
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
    this.#stop = new StepStop(this.parts.clock);
    await this.#checkpoint(
      { ...this.work, failure: savedFailure(this.failure), decided: true, lastResort: true },
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
    const retryDelay = typeof error.retry === 'string' ? protoDuration(error.retry, 'retry') : undefined;
    return this.#end({ attemptFailed: { error: wireStatus(error), retryDelay, released: undefined } });
  }

  async #release(): Promise<AttemptEnd> {
    if (this.signal.leaseMs === undefined) return 'again';
    const error = { code: 14, message: 'The worker was shut down.' };
    return this.#end({ attemptFailed: { error, retryDelay: undefined, released: true } });
  }

  #end(occurrence: Occurrence): Promise<AttemptEnd> {
    const flushed = this.#progress?.flush();
    return flushed ? flushed.then(() => this.#send(occurrence)) : this.#send(occurrence);
  }

  async #checkpoint(work: SavedWork, resumePoint: string | undefined): Promise<void> {
    const checkpoint = encodeSavedWork(work);
    await this.#send({ checkpointed: { checkpoint, resumePoint } });
    this.work = work;
  }

  /** Sent without a retry, because newer progress replaces it. */
  async #sendProgress(metadata: object): Promise<void> {
    await this.#send({ progressed: { metadata } }, false);
  }

  /**
   * Sends an event until it is accepted.
   *
   * @throws OperationError ABORTED if the attempt is past, ApiError if the orchestrator refuses the event, UnsentEvent if it
   * cannot be sent
   */
  async #send(occurrence: Occurrence, mayRetry = true): Promise<'done'> {
    const event = this.#event(occurrence);
    let applied: boolean;
    try {
      applied = await this.parts.calls.apply(event);
    } catch (error) {
      if (!mayRetry) throw error;
      applied = await this.#sendAgain(event, error);
    }
    if (applied) return 'done';
    this.abort('LEASE_LOST');
    throw pastError();
  }

  #event(occurrence: Occurrence): LifecycleEvent {
    const { telemetry, workerName } = this.parts;
    // Without telemetry, the worker passes on the trace of the signal.
    const traceparent = telemetry?.traceparent() ?? this.signal.traceparent;
    const origin = { workerName, sequence: ++this.#sequence, traceparent: traceparent || undefined };
    return attemptEvent(this.signal, origin, occurrence);
  }

  #sendAgain(event: LifecycleEvent, error: unknown): Promise<boolean> {
    this.#pauses ??= new Pauses(this.parts.clock);
    const pauses = this.#pauses;
    return sendAgain(() => this.parts.calls.apply(event), error, {
      isOver: () => this.past || this.aborted === 'SHUTDOWN',
      pause: (ms) => pauses.pause(ms),
    });
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === 'function';
}
