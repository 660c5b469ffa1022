/** One try of a step: calls the user's code within the limits of the step, and returns what came of it. */
import { OperationError } from '../client/operation-error.ts';
import type { Aborted } from './op.ts';
import type { TryLimits } from './operation.ts';
import { stateOf } from './saved-state.ts';
import type { StepAttempt } from './step-attempt.ts';
import { StepOp } from './step-op.ts';
import type { StepOutcome } from './step-outcome.ts';
import { STEP_LEFT, type StepStop } from './step-stop.ts';

/** An attempt while it runs a step. */
export interface RunningAttempt extends StepAttempt {
  /** The request that the running step stops. */
  readonly stop: StepStop;
  abort(reason: Aborted): void;
}

/** Never rejects: an error of the step is its outcome. */
export async function tryStep(attempt: RunningAttempt, step: string, tries: number): Promise<StepOutcome> {
  const { worker, stop } = attempt;
  let op: StepOp | undefined;
  let cancelTimeout: (() => void) | undefined;
  try {
    const limits = limitsOf(attempt, step);
    // The worker was lost in the last allowed try, and could not report that.
    if (limits && tries > limits.maxTries) {
      throw new OperationError('UNAVAILABLE', `step "${step}" was tried ${tries - 1} times`, {
        retry: false,
      });
    }
    const state = worker.state && (await stateOf(attempt.work, worker.state));
    op = new StepOp(attempt, step, tries, state);
    if (limits && limits.timeoutMs !== Number.POSITIVE_INFINITY)
      cancelTimeout = attempt.parts.clock.after(limits.timeoutMs, () => attempt.abort('TIMEOUT'));
    const returned = invoke(attempt, step, op);
    const value = isPromise(returned) ? await stop.orReturned(returned) : returned;
    if (value !== STEP_LEFT) return op.outcome(value);
    attempt.log(step).warn('a step goes on in spite of its signal', { aborted: attempt.aborted });
    return { type: 'threw', error: undefined };
  } catch (error) {
    return { type: 'threw', error: op?.misuse ?? error };
  } finally {
    cancelTimeout?.();
    stop.stepEnded();
  }
}

/** The limits of a step. The last resort has none: only `catchTimeout` bounds it. */
export function limitsOf({ work, worker }: StepAttempt, step: string): TryLimits | undefined {
  return work.lastResort ? undefined : worker.limits[step];
}

function invoke({ worker, parts, signal }: StepAttempt, step: string, op: StepOp): unknown {
  const call = () => (worker.steps[step] as (op: unknown) => unknown)(op);
  const { probe, telemetry } = parts;
  const run = telemetry?.isOn ? () => telemetry.span(`step ${step}`, {}, async () => call()) : call;
  if (!probe?.step) return run();
  const { operation, method, attempt } = signal;
  return probe.step({ operation, method, attempt, step }, run);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === 'function';
}
