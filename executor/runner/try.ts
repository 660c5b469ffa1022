import { Raised } from '../errors/raised.ts';
import type { Instruction, Transfer, TryOperation } from '../program/program.ts';
import { RetryPolicy } from './retry-policy.ts';
import { Scope } from './scope.ts';
import { stepCost } from './step-cost.ts';
import type { StepRunner } from './step-runner.ts';

/**
 * Runs a `try`. On an error, `retry` decides first whether the block runs again, as a whole. If it does not, `except` handles
 * the error, and without `except` the error is raised to the caller ("Catch errors", "Retry steps"). Exceeded limits and
 * cancellation are neither retried nor handled.
 */
export async function runTry(
  runner: StepRunner,
  operation: TryOperation,
  instruction: Instruction,
  scope: Scope,
): Promise<Transfer | undefined> {
  let policy: RetryPolicy | undefined;
  for (;;) {
    try {
      return await runner.runBlock(operation.block, scope);
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
      if (operation.retry && !policy) policy = RetryPolicy.of(await runner.evaluate(operation.retry, scope));
      const delay = await policy?.delayAfter(error.value, runner, scope.frame);
      if (delay === undefined) return handle(runner, operation, instruction, scope, error);
      await pause(runner, instruction, scope, delay);
    }
  }
}

async function pause(
  runner: StepRunner,
  instruction: Instruction,
  scope: Scope,
  delay: number,
): Promise<void> {
  const { state } = runner;
  state.usage.countSteps(stepCost.retry);
  await state.history.during(scope.frame, instruction, 'STEP_RETRY', () => {
    return state.calls.make(scope.frame.strand, async () => {
      const left = Math.max(0, state.callBegunAt + delay - state.clock.now());
      await state.idle(() => state.clock.sleep(left, state.signal));
      return null;
    });
  });
}

async function handle(
  runner: StepRunner,
  { except }: TryOperation,
  instruction: Instruction,
  scope: Scope,
  error: Raised,
): Promise<Transfer | undefined> {
  if (except === undefined) throw error;
  const { state } = runner;
  state.usage.countSteps(stepCost.except);
  state.noteBranch(instruction.name, instruction.position.line, 'except');
  return state.history.during(scope.frame, instruction, 'STEP_EXCEPT', async () => {
    const inner = new Scope(scope.frame, except.names, scope);
    if (except.variable !== undefined) inner.write(except.variable, error.value);
    return runner.runScope(except.block, inner);
  });
}
