/**
 * The request that the running step of an attempt stops: its reason, its AbortSignal, and the end of waiting for the step.
 *
 * A step can ignore the request. After a time of grace the attempt then goes on without the step.
 */
import { OperationError } from '../client/operation-error.ts';
import type { Aborted } from './op.ts';
import type { WorkerClock } from './worker-clock.ts';

/** The time of grace of a step that reached its timeout. */
const TIMEOUT_GRACE_MS = 5_000;
/** The time of grace at a shutdown. Cloud Run kills the process 10 s after SIGTERM, and the steps have used 7 s by then. */
const SHUTDOWN_GRACE_MS = 1_000;

/** The value of a step that the attempt no longer waits for. */
export const STEP_LEFT = Symbol('the step was left');

export class StepStop {
  /** Whether a cancel was requested, even if the step has to stop for another reason. */
  cancelRequested = false;
  readonly #clock: WorkerClock;
  #reason: Aborted | undefined;
  #controller: AbortController | undefined;
  #leave: (() => void) | undefined;

  constructor(clock: WorkerClock) {
    this.#clock = clock;
  }

  /** Why the step has to stop, or undefined if it does not. */
  get reason(): Aborted | undefined {
    return this.#reason;
  }

  /** Whether a step runs, which the request is for. */
  get hasStep(): boolean {
    return this.#leave !== undefined;
  }

  /** The controller is created at the first read, because most steps never read the signal. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason) this.#controller.abort(stopError(this.#reason));
    return this.#controller.signal;
  }

  /**
   * Changes nothing if an earlier request takes precedence. A lost lease replaces every other reason.
   * Every reason replaces a cancel, which has no time of grace.
   */
  request(reason: Aborted): void {
    this.cancelRequested ||= reason === 'CANCEL';
    if (this.#reason && reason !== 'LEASE_LOST' && (this.#reason !== 'CANCEL' || reason === 'CANCEL')) return;
    this.#reason = reason;
    this.#controller?.abort(stopError(reason));
    if (reason === 'LEASE_LOST') {
      this.#leave?.();
    } else if (reason !== 'CANCEL') {
      const graceMs = reason === 'SHUTDOWN' ? SHUTDOWN_GRACE_MS : TIMEOUT_GRACE_MS;
      this.#clock.after(graceMs, () => this.#leave?.());
    }
  }

  /** Resolves with what the step returned, or with STEP_LEFT if the attempt goes on without the step. */
  orReturned(returned: Promise<unknown>): Promise<unknown> {
    const left = new Promise<typeof STEP_LEFT>((resolve) => {
      this.#leave = () => resolve(STEP_LEFT);
    });
    return Promise.race([returned, left]);
  }

  stepEnded(): void {
    this.#leave = undefined;
  }
}

function stopError(reason: Aborted): OperationError {
  const code = reason === 'TIMEOUT' ? 'DEADLINE_EXCEEDED' : reason === 'CANCEL' ? 'CANCELLED' : 'ABORTED';
  return new OperationError(code, `The step was asked to stop: ${reason}`);
}
