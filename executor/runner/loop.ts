import { typeError, valueError } from '../errors/raised.ts';
import type { CompiledLoop, Instruction, Transfer } from '../program/program.ts';
import { isList, isNumeric, typeName, type Value } from '../values/value.ts';
import { Scope } from './scope.ts';
import { stepCost } from './step-cost.ts';
import type { StepRunner } from './step-runner.ts';

/** Runs the iterations of a `for` one after the other ("Iteration"). Each has a fresh scope of its own. */
export async function runLoop(
  runner: StepRunner,
  loop: CompiledLoop,
  instruction: Instruction,
  scope: Scope,
): Promise<Transfer | undefined> {
  const { state } = runner;
  let index = 0n;
  for (const value of await loopValues(runner, loop, scope)) {
    state.usage.countSteps(stepCost.iteration);
    const at = index++;
    const transfer = await state.history.during(scope.frame, instruction, 'STEP_FOR_ITERATION', async () => {
      return runner.runScope(loop.block, iterationScope(loop, scope, scope.frame, value, at));
    });
    if (transfer === undefined || transfer.kind === 'continue') continue;
    return transfer.kind === 'break' ? undefined : transfer;
  }
  return undefined;
}

/** The scope of one iteration, with its value and index. */
export function iterationScope(
  loop: CompiledLoop,
  outer: Scope,
  frame: Scope['frame'],
  value: Value,
  index: bigint,
): Scope {
  const scope = new Scope(frame, loop.names, outer);
  scope.write(loop.value, value);
  if (loop.index !== undefined) scope.write(loop.index, index);
  return scope;
}

/** What a loop goes through: the elements of a list, or the numbers of a range, both ends included. */
export async function loopValues(
  runner: StepRunner,
  loop: CompiledLoop,
  scope: Scope,
): Promise<Iterable<Value>> {
  const values = await runner.evaluate(loop.source.values, scope);
  if (!isList(values)) {
    const hint = typeName(values) === 'map' ? '; walk a map with keys()' : '';
    throw typeError(`'${loop.source.kind}' of a loop must be a list; got: ${typeName(values)}${hint}`);
  }
  if (loop.source.kind === 'in') return values;
  const [from = null, to = null] = values;
  if (values.length !== 2) throw valueError(`the range of a loop has two ends; got ${values.length}`);
  if (!isNumeric(from) || !isNumeric(to)) {
    throw typeError(`the range of a loop must be numbers; got: ${typeName(from)} and ${typeName(to)}`);
  }
  return range(from, to);
}

function* range(from: bigint | number, to: bigint | number): Iterable<Value> {
  // One past the last number may be beyond 64 bits; no workflow sees it.
  if (typeof from === 'bigint') for (let at = from; at <= to; at++) yield at;
  else for (let at = from; at <= to; at++) yield at;
}
