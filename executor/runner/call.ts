import type { OutgoingCall, Substitute } from '../calls/outgoing-call.ts';
import { callConnector } from '../connectors/call-connector.ts';
import type { Connector } from '../connectors/connector.ts';
import { Fatal } from '../errors/fatal.ts';
import { Raised } from '../errors/raised.ts';
import type { CallOperation, Evaluation, Instruction } from '../program/program.ts';
import type { FunctionParameter } from '../stdlib/function.ts';
import { isMap, type Value, type ValueMap } from '../values/value.ts';
import type { Scope } from './scope.ts';
import type { StepRunner } from './step-runner.ts';

/** Runs a call step and stores its result ("Calls"). */
export function runCall(
  runner: StepRunner,
  { callee, result }: CallOperation,
  instruction: Instruction,
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
      return callRoutine(runner, callee.name, callee.args, instruction, scope, entry).then(keep);
    case 'blocking':
      return callBlocking(runner, callee, instruction, scope).then(keep);
    case 'connector':
      return callWithMap(runner, callee.connector, callee.args, instruction, scope).then(keep);
  }
}

async function callRoutine(
  runner: StepRunner,
  name: string,
  args: readonly (Evaluation | undefined)[],
  instruction: Instruction,
  scope: Scope,
  entry: number,
): Promise<Value> {
  const values: (Value | undefined)[] = [];
  for (const arg of args) values.push(arg && (await runner.evaluate(arg, scope)));
  const make = () => runner.callRoutine(name, values, scope.frame, entry);
  if (!runner.state.watchesCalls) return make();
  const parameters = runner.program.routines.get(name)?.parameters ?? [];
  const named = argumentMap(parameters, values);
  return guarded(runner, outgoing('subworkflow', name, named, instruction, scope), make);
}

async function callBlocking(
  runner: StepRunner,
  callee: CallOperation['callee'] & { kind: 'blocking' },
  instruction: Instruction,
  scope: Scope,
): Promise<Value> {
  const values: Value[] = [];
  for (const arg of callee.args) {
    const value = runner.evaluate(arg, scope);
    values.push(value instanceof Promise ? await value : value);
  }
  const make = async (): Promise<Value> => {
    const value = await callee.function.call(values, runner.state);
    runner.state.checkAlive();
    return value;
  };
  const durable = () =>
    runner.state.calls.make(scope.frame.strand, make, (value) =>
      callee.function.replayed?.(values, value, runner.state),
    );
  if (!runner.state.watchesCalls) return durable();
  const given = callee.function.parameters.map(({ name }, at) =>
    callee.given.has(name) ? values[at] : undefined,
  );
  const named = argumentMap(callee.function.parameters, given);
  return guarded(runner, outgoing('function', callee.function.name, named, instruction, scope), durable);
}

async function callWithMap(
  runner: StepRunner,
  connector: Connector,
  args: Evaluation,
  instruction: Instruction,
  scope: Scope,
): Promise<Value> {
  const given = await runner.evaluate(args, scope);
  const named: ValueMap = isMap(given) ? given : new Map();
  return makeConnectorCall(runner, connector, named, instruction, scope);
}

/** A connector that an expression calls; its arguments are in the order of its parameters. */
export function callConnectorByPosition(
  runner: StepRunner,
  connector: Connector,
  args: readonly Value[],
  scope: Scope,
): Promise<Value> {
  // An expression does not know its step; the step that began last is the one that evaluates it.
  const { step = '', line = 0 } = runner.state.history.entries.at(-1) ?? {};
  const caller = { name: step, position: { line, column: 1 } };
  return makeConnectorCall(runner, connector, argumentMap(connector.parameters, args), caller, scope);
}

async function makeConnectorCall(
  runner: StepRunner,
  connector: Connector,
  args: ValueMap,
  caller: Pick<Instruction, 'name' | 'position'>,
  scope: Scope,
): Promise<Value> {
  const call = outgoing('connector', connector.name, args, caller, scope);
  return guarded(runner, call, () =>
    runner.state.calls.make(scope.frame.strand, async () => {
      const value = await callConnector(connector, args, runner.state, call);
      runner.state.checkAlive();
      return value;
    }),
  );
}

function outgoing(
  kind: OutgoingCall['kind'],
  call: string,
  args: ValueMap,
  { name, position }: Pick<Instruction, 'name' | 'position'>,
  scope: Scope,
): OutgoingCall {
  return { call, kind, args, routine: scope.frame.routine, step: name, line: position.line };
}

function argumentMap(
  parameters: readonly Pick<FunctionParameter, 'name'>[],
  values: readonly (Value | undefined)[],
): ValueMap {
  const map = new Map<string, Value>();
  for (const [at, { name }] of parameters.entries()) {
    const value = values[at];
    if (value !== undefined) map.set(name, value);
  }
  return map;
}

/** Makes a call, or gives what the executor's gate puts in its place, and notes what came of it. */
async function guarded(runner: StepRunner, call: OutgoingCall, make: () => Promise<Value>): Promise<Value> {
  const { state } = runner;
  const substitute = state.decide(call);
  if (substitute?.kind === 'refuse') throw state.abort(new Fatal(substitute.message, 'NotSupportedError'));
  const substituted = substitute !== undefined;
  try {
    const value = substitute === undefined ? await make() : await answerOf(runner, substitute);
    state.noteCall({ ...call, outcome: { kind: 'result', value }, substituted });
    return value;
  } catch (error) {
    if (error instanceof Raised) {
      state.noteCall({ ...call, outcome: { kind: 'raise', value: error.value }, substituted });
    }
    throw error;
  }
}

async function answerOf(runner: StepRunner, substitute: Substitute & { kind: 'answer' }): Promise<Value> {
  const { state } = runner;
  const { answer, delayMs } = substitute;
  if (delayMs > 0) await state.idle(() => state.clock.sleep(delayMs, state.signal));
  const value = await answer();
  state.checkAlive();
  return value;
}
