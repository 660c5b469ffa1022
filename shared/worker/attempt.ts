/**
 * Runs one attempt: the steps of an operation, one after the other, until a step ends the attempt. `tryStep` calls the user's code,
 * the attempt decides what follows, and `AttemptEvents` reports it.
 *
 * Invariant: an attempt is past once its lease is lost or a step has ended it. From then on the user's code has no effect:
 * `op` refuses each call, and the return value of a step is dropped.
 */
import { payloadToAny } from '../client/any.ts';
import { isOperationError, type OperationError } from '../client/operation-error.ts';
import { parse } from '../client/schema.ts';
import { afterError } from './after-error.ts';
import { AttemptEvents } from './attempt-events.ts';
import type { AttemptParts } from './attempt-parts.ts';
import { WaitChildren } from './child-results.ts';
import { failedEvent } from './end-operation.ts';
import type { Entry } from './entry.ts';
import type { Failure } from './failure.ts';
import { refusal } from './final-error.ts';
import type { Aborted, Log } from './op.ts';
import type { WorkerSpec } from './operation.ts';
import type { Occurrence } from './operation-calls.ts';
import type { Place } from './places.ts';
import { Progress } from './progress.ts';
import { retryDelayOf } from './retry-delay.ts';
import { withState, workOfLastResort, workOfNextStep, workOfWait } from './saved-state.ts';
import { encodeSavedWork, type SavedWork } from './saved-work.ts';
import type { Signal } from './signal.ts';
import { stepLog } from './step-log.ts';
import type { StepOutcome } from './step-outcome.ts';
import { StepStop } from './step-stop.ts';
import { type RunningAttempt, tryStep } from './step-try.ts';
import type { WaitSpec } from './transition.ts';
import { UnsentEvent } from './unsent-event.ts';
import { waitingEvent } from './waiting-event.ts';
import { wireStatus } from './wire-status.ts';

/** `again`: Pub/Sub has to deliver the message again, because an operation without a lease gets no other attempt. */
export type AttemptEnd = 'done' | 'again';
type Next = AttemptEnd | { step: string };

const LOST =
  'the attempt has ended without its worker: another one has the operation, or it is over. What the step does or returns changes nothing';

export class Attempt implements RunningAttempt {
  readonly signal: Signal;
  readonly worker: WorkerSpec;
  readonly input: unknown;
  readonly parts: AttemptParts;
  work: SavedWork;
  failure: Failure | undefined;
  /** See the invariant at the top of this file. */
  past = false;
  /** Whether the process stops, even if the step has to stop for another reason. */
  stopping = false;
  stop: StepStop;
  #step: string;
  /** Whether the log has why the orchestrator ended the attempt. */
  #endIsLogged = false;
  readonly #events: AttemptEvents;
  readonly #place: Place;
  // Made when they are needed, because most attempts have none of them, and thousands of attempts may be under way.
  #children: WaitChildren | undefined;
  #progress: Progress | undefined;

  constructor(
    signal: Signal,
    { worker, input, work, step, failure }: Entry,
    parts: AttemptParts,
    place: Place,
  ) {
    this.signal = signal;
    this.worker = worker;
    this.input = input;
    this.work = work;
    this.failure = failure;
    this.parts = parts;
    this.stop = new StepStop(parts.clock);
    this.#step = step;
    this.#events = new AttemptEvents(this);
    this.#place = place;
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
    return this.stop.reason;
  }

  get cancelRequested(): boolean {
    return this.stop.cancelRequested;
  }

  get abortSignal(): AbortSignal {
    return this.stop.signal;
  }

  abort(reason: Aborted): void {
    if (this.past) return;
    // A cancel does not abort the steps that clean up after it, nor the last resort.
    if (reason === 'CANCEL' && (this.work.lastResort || this.failure?.reason === 'CANCEL')) return;
    this.past = reason === 'LEASE_LOST';
    this.stopping ||= reason === 'SHUTDOWN';
    const before = this.aborted;
    this.stop.request(reason);
    if (this.past) {
      if (!this.#endIsLogged) this.log(this.#step).warn(LOST, { aborted: reason });
    } else if (this.stop.hasStep && this.aborted !== before) {
      this.log(this.#step).info('a step is asked to stop', { aborted: reason });
    }
    if (this.past || this.stopping) this.#events.endPauses();
  }

  async run(): Promise<AttemptEnd> {
    const prepared = this.work.wait && this.children.prepare();
    if (prepared) await prepared;
    let tries = this.signal.try;
    for (;;) {
      // A step that begins now would have no time: its attempt continues in another process.
      const next = this.stopping ? await this.#release() : await this.#runStep(this.#step, tries);
      if (this.past) return 'done';
      if (next === 'done' || next === 'again') {
        this.past = true;
        return next;
      }
      if (this.aborted === 'TIMEOUT') this.#forgetTimeout();
      this.#step = next.step;
      tries = 1;
    }
  }

  /** A timeout is only about the step that reached it. A cancel is about those that follow too. */
  #forgetTimeout(): void {
    const { cancelRequested } = this.stop;
    this.stop = new StepStop(this.parts.clock);
    if (cancelRequested) this.stop.request('CANCEL');
  }

  /** Saves the state within the current step. @throws OperationError ABORTED if the attempt is past, or the refusal, without a retry. */
  async save(state: unknown): Promise<void> {
    const work = await withState(this.worker, this.work, state);
    try {
      await this.#checkpoint(work, undefined);
    } catch (error) {
      throw refusal(error);
    }
  }

  async #runStep(step: string, tries: number): Promise<Next> {
    this.#place.occupy();
    const outcome = await tryStep(this, step, tries);
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

  async #refused(step: string, tries: number, error: unknown): Promise<Next> {
    const refused = refusal(error);
    if (refused !== error) {
      this.log(step).error(`the orchestrator refused the event of step "${step}"`, { err: refused });
      this.#endIsLogged = true;
    }
    try {
      return await this.#threw(step, tries, refused);
    } catch (next) {
      // The refusal has ended the operation.
      if (this.past) return 'done';
      throw next;
    }
  }

  #returned(step: string, outcome: Exclude<StepOutcome, { type: 'threw' }>): Promise<Next> {
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
    const work = await withState(this.worker, workOfNextStep(this.work, this.failure), state);
    await this.#checkpoint(work, step);
    return { step };
  }

  async #wait(spec: WaitSpec, state: unknown): Promise<Next> {
    const waiting = await waitingEvent(this.signal.operation, this.work.waits + 1, spec);
    const begun = workOfWait(this.work, waiting?.saved, this.failure);
    if (!waiting) {
      // There is nothing to wait for.
      this.work = begun;
      this.#children = undefined;
      return this.#go(spec.next.then, state);
    }
    const work = await withState(this.worker, begun, state);
    return this.#end({ waiting: { ...waiting.fields, checkpoint: encodeSavedWork(work) } });
  }

  async #threw(step: string, tries: number, thrown: unknown): Promise<Next> {
    if (this.aborted === 'SHUTDOWN') return this.#release();
    const after = afterError(this, step, tries, thrown);
    if (after.type === 'again') return this.#failAttempt(step, after.error);
    if (after.type === 'end') return this.#end(failedEvent(after.failure));
    this.failure = after.failure;
    // The abort was for the failed step, and not for the catch step.
    this.stop = new StepStop(this.parts.clock);
    await this.#checkpoint(workOfLastResort(this.work, after.failure), after.step);
    return { step: after.step };
  }

  #failAttempt(step: string, error: OperationError): Promise<AttemptEnd> {
    const retryDelay = retryDelayOf(error, this.log(step));
    return this.#end({ attemptFailed: { error: wireStatus(error), retryDelay, released: undefined } });
  }

  async #release(): Promise<AttemptEnd> {
    if (this.signal.leaseMs === undefined) return 'again';
    const error = { code: 14, message: 'The worker was shut down.' };
    return this.#end({ attemptFailed: { error, retryDelay: undefined, released: true } });
  }

  #end(occurrence: Occurrence): Promise<AttemptEnd> {
    this.#place.report();
    const flushed = this.#progress?.flush();
    return flushed ? flushed.then(() => this.#events.send(occurrence)) : this.#events.send(occurrence);
  }

  async #checkpoint(work: SavedWork, resumePoint: string | undefined): Promise<void> {
    const checkpoint = encodeSavedWork(work);
    await this.#events.send({ checkpointed: { checkpoint, resumePoint } });
    this.work = work;
  }

  /** Sent without a retry, because newer progress replaces it. */
  async #sendProgress(metadata: object): Promise<void> {
    try {
      await this.#events.send({ progressed: { metadata } }, false);
    } catch (error) {
      const refused = refusal(error);
      if (isOperationError(refused) && refused.code === 'INVALID_ARGUMENT')
        this.log(this.#step).warn('progress was refused, and clients do not see it', { err: refused });
    }
  }
}
