import type { Block, Evaluation, Program, Transfer } from '../program/program.ts';
import type { Value } from '../values/value.ts';
import type { Frame } from './frame.ts';
import type { RunState } from './run-state.ts';
import type { Scope } from './scope.ts';

/** Where control goes after a step; undefined means to the next step of the list. */
export type Outcome = Transfer | undefined;

/** The runner of an execution, as each kind of step uses it to run the steps and expressions that it contains. */
export interface StepRunner {
  readonly program: Program;
  readonly state: RunState;

  /**
   * Runs a routine. An argument that is undefined takes the parameter's default. Resolves with null if the routine ends
   * without a `return`.
   */
  callRoutine(
    name: string,
    args: readonly (Value | undefined)[],
    caller: Frame | undefined,
    callerEntry?: number,
  ): Promise<Value>;

  /** Runs a list of steps. Resolves with where control goes if that is outside of the list. */
  runBlock(block: Block, scope: Scope): Promise<Outcome>;

  /** Runs a list of steps in a scope that no other step uses, then releases the memory of the scope. */
  runScope(block: Block, scope: Scope): Promise<Outcome>;

  /** Returns the value of an evaluation, as a promise only if the evaluation calls a subworkflow. */
  evaluate(evaluation: Evaluation, scope: Scope): Value | Promise<Value>;

  /**
   * Runs `body`. If `body` needs the result of a subworkflow, runs the subworkflow and then `body` again. The last run of
   * `body` is synchronous, so no other strand changes a variable between what it reads and what it stores.
   */
  settle<T>(scope: Scope, body: () => T): Promise<T>;
}
