import { Cancelled, Fatal } from '../errors/fatal.ts';
import { errorMap, Raised, typeError } from '../errors/raised.ts';
import { PendingCall } from '../expression/pending-call.ts';
import { LIMITS } from '../limits.ts';
import type { Block, Evaluation, Instruction, Program } from '../program/program.ts';
import { typeName, type Value } from '../values/value.ts';
import { assign } from './assign.ts';
import { callConnectorByPosition, runCall } from './call.ts';
import type { Frame } from './frame.ts';
import { runLoop } from './loop.ts';
import { runParallel } from './parallel.ts';
import type { RunState } from './run-state.ts';
import { Scope } from './scope.ts';
import { stepCost } from './step-cost.ts';
import type { Outcome, StepRunner } from './step-runner.ts';
import { stepType } from './step-type.ts';
import { runTry } from './try.ts';

/**
 * Runs the steps of one execution.
 *
 * Invariant: a step that does not block runs in one turn of JavaScript, without an await between reading and storing.
 * That is what makes `total: ${total + x}` in parallel iterations lose no update ("Execute workflow steps in
 * parallel").
 */
export class Runner implements StepRunner {
  readonly state: RunState;
  readonly program: Program;

  constructor(program: Program, state: RunState) {
    this.program = program;
    this.state = state;
  }

  /** Runs `main` with the execution's argument. */
  run(argument: Value): Promise<Value> {
    const main = this.program.routines.get('main');
    const args = main?.parameters.length === 0 ? [] : [argument];
    return this.callRoutine('main', args, undefined);
  }

  async callRoutine(
    name: string,
    args: readonly (Value | undefined)[],
    caller: Frame | undefined,
    callerEntry?: number,
  ): Promise<Value> {
    const routine = this.program.routines.get(name);
    if (routine === undefined) throw typeError(`'${name}' is not a subworkflow`);
    const depth = (caller?.depth ?? 0) + 1;
    if (depth > LIMITS.callDepth) {
      throw new Raised(
        errorMap(['RecursionError'], `RecursionError: call depth is at most ${LIMITS.callDepth}`),
      );
    }
    const frame: Frame = {
      execution: this.state,
      routine: name,
      depth,
      parallelDepth: caller?.parallelDepth ?? 0,
      strand: caller?.strand ?? { path: '', calls: 0, parallelSteps: 0, lists: 0 },
      parentEntry: callerEntry ?? caller?.parentEntry,
    };
    const scope = new Scope(frame, routine.names);
    for (const [slot, { fallback }] of routine.parameters.entries()) {
      const given = args[slot];
      if (given !== undefined) scope.write(slot, given);
      else scope.write(slot, fallback === undefined ? null : await this.evaluate(fallback, scope));
    }
    const transfer = await this.runScope(routine.block, scope);
    return transfer?.kind === 'return' ? transfer.value : null;
  }

  async runBlock(block: Block, scope: Scope): Promise<Outcome> {
    const { instructions } = block;
    const { strand } = scope.frame;
    let at = 0;
    strand.lists++;
    try {
      for (let step = instructions[0]; step !== undefined; step = instructions[at]) {
        this.state.checkAlive();
        const turn = this.state.turn();
        if (turn !== undefined) await turn;
        if (this.state.beforeStep !== undefined) await this.#stopBefore(step, scope);
        const pending = this.#step(step, scope);
        const transfer = pending instanceof Promise ? await pending : pending;
        if (transfer === undefined) at++;
        else if (transfer.kind === 'jump' && transfer.block === block) at = transfer.index;
        else return transfer;
      }
      return undefined;
    } finally {
      strand.lists--;
    }
  }

  async #stopBefore({ name, position }: Instruction, scope: Scope): Promise<void> {
    const { routine, strand } = scope.frame;
    await this.state.beforeStep?.({
      routine,
      step: name,
      line: position.line,
      depth: strand.lists,
      variables: () => scope.variables(),
      cancel: () => this.state.abort(new Cancelled()),
    });
    this.state.checkAlive();
  }

  async runScope(block: Block, scope: Scope): Promise<Outcome> {
    try {
      return await this.runBlock(block, scope);
    } finally {
      scope.release();
    }
  }

  /** Runs one step, counts it, keeps it in the history, and follows its `next`. */
  #step(instruction: Instruction, scope: Scope): Outcome | Promise<Outcome> {
    const { state } = this;
    const entry = state.history.begin(scope.frame, instruction, stepType(instruction.operation));
    const succeed = (transfer: Outcome): Outcome => {
      state.history.end(entry, 'STATE_SUCCEEDED');
      if (transfer !== undefined || instruction.next === undefined) return transfer;
      state.usage.countSteps(stepCost.jump);
      return instruction.next;
    };
    const fail = (error: unknown): never => {
      state.history.end(entry, 'STATE_FAILED');
      const raised = error instanceof Fatal ? error.raised : error;
      if (raised instanceof Raised) {
        const { routine, depth } = scope.frame;
        raised.record(depth, { step: instruction.name, routine, ...instruction.position });
      }
      throw error;
    };
    try {
      state.usage.countSteps(stepCost.of(instruction.operation));
      const pending = this.#operate(instruction, scope, entry.id);
      return pending instanceof Promise ? pending.then(succeed).catch(fail) : succeed(pending);
    } catch (error) {
      return fail(error);
    }
  }

  #operate(instruction: Instruction, scope: Scope, entry: number): Outcome | Promise<Outcome> {
    const { operation } = instruction;
    switch (operation.kind) {
      case 'assign':
        return assign(this, operation.stores, scope);
      case 'call':
        return runCall(this, operation, instruction, scope, entry);
      case 'switch':
        return this.#choose(operation.cases, instruction, scope);
      case 'for':
        return runLoop(this, operation.loop, instruction, scope);
      case 'parallel':
        return runParallel(this, operation, instruction, scope, entry);
      case 'try':
        return runTry(this, operation, instruction, scope);
      case 'steps':
        return this.runBlock(operation.block, scope);
      case 'jump':
        return undefined;
      case 'return':
        return this.#andThen(operation.value, scope, (value) => ({ kind: 'return', value }));
      case 'raise':
        return this.#andThen(operation.value, scope, (value) => {
          throw new Raised(value);
        });
    }
  }

  async #choose(
    cases: readonly { condition: Evaluation; body: Instruction }[],
    { name, position }: Instruction,
    scope: Scope,
  ) {
    for (const [at, { condition, body }] of cases.entries()) {
      const holds = await this.evaluate(condition, scope);
      if (typeof holds !== 'boolean') {
        throw typeError(`the condition of a switch must be a boolean; got: ${typeName(holds)}`);
      }
      if (!holds) continue;
      this.state.noteBranch(name, position.line, String(at));
      const bare = body.operation.kind === 'jump';
      if (!bare) return this.#step(body, scope);
      if (body.next !== undefined) this.state.usage.countSteps(stepCost.jump);
      return body.next;
    }
    this.state.noteBranch(name, position.line, 'none');
    return undefined;
  }

  #andThen(
    evaluation: Evaluation,
    scope: Scope,
    then: (value: Value) => Outcome,
  ): Outcome | Promise<Outcome> {
    const value = this.evaluate(evaluation, scope);
    return value instanceof Promise ? value.then(then) : then(value);
  }

  #answer({ target, args }: PendingCall, scope: Scope): Promise<Value> {
    return target.kind === 'routine'
      ? this.callRoutine(target.name, args, scope.frame)
      : callConnectorByPosition(this, target.connector, args, scope);
  }

  evaluate(evaluation: Evaluation, scope: Scope): Value | Promise<Value> {
    if (evaluation.immediate) return evaluation.value(scope);
    return this.settle(scope, () => evaluation.value(scope));
  }

  async settle<T>(scope: Scope, body: () => T): Promise<T> {
    const answers = new Map<object, Value>();
    for (;;) {
      try {
        return this.state.withAnswers(answers, body);
      } catch (pending) {
        if (!(pending instanceof PendingCall)) throw pending;
        answers.set(pending.site, await this.#answer(pending, scope));
      }
    }
  }
}
