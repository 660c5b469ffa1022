import { errorMap, Raised } from '../errors/raised.ts';
import type { CallOperation, Evaluation } from '../program/program.ts';
import type { Value } from '../values/value.ts';
import type { Runner } from './runner.ts';
import type { Scope } from './scope.ts';

/** Runs a call step and stores its result ("Calls"). */
export function runCall(
  runner: Runner,
  { callee, result }: CallOperation,
  scope: Scope,
  entry: number,
): undefined | Promise<undefined> {
  const keep = (value: Value): undefined => {
    if (result) scope.owner(result).write(result.slot, value);
  };
  switch (callee.kind) {
    case 'pure': {
      const value = runner.evaluate(callee.value, scope);
      return value instanceof Promise ? value.then(keep) : keep(value);
    }
    case 'routine':
      return callRoutine(runner, callee.name, callee.args, scope, entry).then(keep);
    case 'blocking':
      return callBlocking(runner, callee, scope).then(keep);
    case 'connector':
      throw new Raised(
        errorMap(
          ['NotSupportedError'],
          `'${callee.name}' is a connector: Google's connectors do not exist locally; call the API with http.request`,
        ),
      );
  }
}

async function callRoutine(
  runner: Runner,
  name: string,
  args: readonly (Evaluation | undefined)[],
  scope: Scope,
  entry: number,
): Promise<Value> {
  const values: (Value | undefined)[] = [];
  for (const arg of args) values.push(arg && (await runner.evaluate(arg, scope)));
  return runner.callRoutine(name, values, scope.frame, entry);
}

async function callBlocking(
  runner: Runner,
  callee: CallOperation['callee'] & { kind: 'blocking' },
  scope: Scope,
): Promise<Value> {
  const values: Value[] = [];
  for (const arg of callee.args) {
    const value = runner.evaluate(arg, scope);
    values.push(value instanceof Promise ? await value : value);
  }
  const value = await callee.function.call(values, runner.state);
  runner.state.checkAlive();
  return value;
}
