import { errorMap, Raised, typeError, valueError } from '../errors/raised.ts';
import { errorContext, payloadText } from '../errors/report.ts';
import { LIMITS } from '../limits.ts';
import type { Evaluation, Instruction, ParallelOperation } from '../program/program.ts';
import { typeName, type Value } from '../values/value.ts';
import type { Frame } from './frame.ts';
import type { HistoryStep } from './history.ts';
import { iterationScope, loopValues } from './loop.ts';
import { Scope } from './scope.ts';
import { stepCost } from './step-cost.ts';
import type { StepRunner } from './step-runner.ts';

/** A branch or an iteration: its name or number, and what runs it in a frame of its own. */
interface Strand {
  readonly id: string;
  /** What the history shows for it. */
  readonly step: HistoryStep;
  /** Where it ends says nothing: the checks refuse every way out of a strand but its end and `continue`. */
  readonly run: (frame: Frame) => Promise<unknown>;
}

/**
 * Runs branches or iterations concurrently and waits for all of them ("Parallel steps"). An error ends its own strand
 * only; when the others are done, the step raises one UnhandledBranchError for all.
 */
export async function runParallel(
  runner: StepRunner,
  operation: ParallelOperation,
  instruction: Instruction,
  scope: Scope,
  entry: number,
): Promise<undefined> {
  const parallelDepth = scope.frame.parallelDepth + 1;
  if (parallelDepth > LIMITS.parallelDepth) {
    throw new Raised(
      errorMap(
        ['ParallelNestingError'],
        `ParallelNestingError: parallel steps nest at most ${LIMITS.parallelDepth} deep`,
      ),
    );
  }
  const limit = await concurrencyLimit(runner, operation.concurrencyLimit, scope);
  const strands = await strandsOf(runner, operation, instruction, scope);
  const entryType = operation.work.kind === 'for' ? 'STEP_FOR_ITERATION' : 'STEP_PARALLEL_BRANCH_ENTRY';
  const number = scope.frame.strand.parallelSteps++;
  const failures: Value[] = [];
  let truncated = false;
  const run = async ({ id, step, run }: Strand): Promise<void> => {
    const { state } = runner;
    state.usage.countSteps(stepCost.spawn);
    const around = { ...scope.frame, parentEntry: entry };
    try {
      await state.history.during(around, step, entryType, ({ id: own }) => {
        const { path, lists } = scope.frame.strand;
        const strand = { path: `${path}/${number}.${id}`, calls: 0, parallelSteps: 0, lists };
        return run({ ...scope.frame, parallelDepth, strand, parentEntry: own });
      });
    } catch (error) {
      // What is no error of the language ends the execution, and with it the other strands.
      if (!(error instanceof Raised)) throw state.abort(error);
      if (failures.length < LIMITS.collectedBranchErrors) failures.push(branchFailure(id, error));
      else truncated = true;
    }
  };
  await runQueue(runner, strands, limit, run);
  if (failures.length > 0) throw unhandledBranchError(failures, truncated);
}

/** Runs the strands in order, at most `limit` at once. Limits and cancellation end the step when all have stopped. */
async function runQueue(
  runner: StepRunner,
  strands: Iterable<Strand>,
  limit: number,
  run: (strand: Strand) => Promise<void>,
): Promise<void> {
  const { state } = runner;
  const queue = strands[Symbol.iterator]();
  const work = async (): Promise<void> => {
    state.enter();
    try {
      for (let next = queue.next(); !next.done; next = queue.next()) {
        state.checkAlive();
        await run(next.value);
      }
    } finally {
      state.leave();
    }
  };
  const results = await state.idle(() => Promise.allSettled(Array.from({ length: limit }, work)));
  const stopped = results.find((result) => result.status === 'rejected');
  if (stopped) throw stopped.reason;
}

async function strandsOf(
  runner: StepRunner,
  { work }: ParallelOperation,
  instruction: Instruction,
  scope: Scope,
): Promise<Iterable<Strand>> {
  if (work.kind === 'branches') {
    return work.branches.map(({ name, position, names, block }) => ({
      id: name,
      step: { name, position },
      run: (frame) => runner.runScope(block, new Scope(frame, names, scope)),
    }));
  }
  const { loop } = work;
  const values = await loopValues(runner, loop, scope);
  return (function* (): Iterable<Strand> {
    let index = 0n;
    for (const value of values) {
      const at = index++;
      yield {
        id: String(at),
        step: instruction,
        run: async (frame) => runner.runScope(loop.block, iterationScope(loop, scope, frame, value, at)),
      };
    }
  })();
}

async function concurrencyLimit(
  runner: StepRunner,
  limit: Evaluation | undefined,
  scope: Scope,
): Promise<number> {
  if (limit === undefined) return LIMITS.concurrentBranches;
  const value = await runner.evaluate(limit, scope);
  if (typeof value !== 'bigint') {
    throw typeError(`concurrency_limit must be an integer; got: ${typeName(value)}`);
  }
  if (value < 1n) throw valueError(`concurrency_limit must be positive; got: ${value}`);
  return Math.min(Number(value), LIMITS.concurrentBranches);
}

function branchFailure(id: string, error: Raised): Value {
  const { value, trace } = error;
  const details = new Map<string, Value>([
    ['context', errorContext(value, trace)],
    ['payload', payloadText(value)],
  ]);
  return new Map<string, Value>([
    ['id', id],
    ['error', details],
  ]);
}

/** The shape beyond `tags` is known from one independent emulator only. */
function unhandledBranchError(branches: readonly Value[], truncated: boolean): Raised {
  const message =
    'UnhandledBranchError: One or more branches or iterations encountered an unhandled runtime error';
  const details = new Map<string, Value>([
    ['branches', branches],
    ['truncated', truncated],
  ]);
  return new Raised(errorMap(['UnhandledBranchError', 'RuntimeError'], message, details));
}
