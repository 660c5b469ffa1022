import type { ConnectorCatalog } from '../connectors/catalog.ts';
import type { Scopes } from '../program/binder.ts';
import type { LexicalScope } from '../program/lexical-scope.ts';
import type {
  Action,
  Assignment,
  Loop,
  ParallelAction,
  Retry,
  Routine,
  Step,
  TryAction,
  VariableName,
  Workflow,
} from '../source/model.ts';
import type { Problems } from '../source/problem.ts';
import { CallCheck } from './call-check.ts';
import { ExpressionCheck } from './expression-check.ts';

/** Checks that all names of a routine exist (variables, subworkflows, functions) and that it may assign its variables. */
export class NameCheck {
  readonly #scopes: Scopes;
  readonly #problems: Problems;
  readonly #expressions: ExpressionCheck;
  readonly #calls: CallCheck;

  constructor(workflow: Workflow, scopes: Scopes, problems: Problems, connectors: ConnectorCatalog) {
    this.#scopes = scopes;
    this.#problems = problems;
    this.#calls = new CallCheck(workflow, problems, connectors);
    this.#expressions = new ExpressionCheck(workflow, problems, this.#calls);
  }

  routine(routine: Routine): void {
    const scope = this.#scopes.of(routine);
    for (const { fallback } of routine.parameters) {
      if (fallback) this.#expressions.template(fallback, scope);
    }
    this.#steps(routine.steps, scope);
  }

  #steps(steps: readonly Step[], scope: LexicalScope): void {
    for (const step of steps) this.#problems.inStep(step.name, () => this.#action(step.action, scope));
  }

  #action(action: Action, scope: LexicalScope): void {
    switch (action.kind) {
      case 'assign':
        for (const assignment of action.assignments) this.#assignment(assignment, scope);
        return;
      case 'call': {
        const { args } = action;
        this.#calls.step(action);
        const values = args.kind === 'named' ? args.values.map(({ value }) => value) : args.values;
        for (const value of values) this.#expressions.template(value, scope);
        if (action.result) this.#assigned(action.result, scope);
        return;
      }
      case 'switch':
        for (const { condition, body } of action.cases) {
          this.#expressions.template(condition, scope);
          this.#action(body.action, scope);
        }
        return;
      case 'for':
        this.#loop(action.loop, scope);
        return;
      case 'parallel':
        this.#parallel(action, scope);
        return;
      case 'try':
        this.#try(action, scope);
        return;
      case 'raise':
      case 'return':
        this.#expressions.template(action.value, scope);
        return;
      case 'steps':
        this.#steps(action.steps, scope);
        return;
      case 'jump':
        return;
    }
  }

  #assignment({ variable, path, value, position }: Assignment, scope: LexicalScope): void {
    this.#assigned({ name: variable, position }, scope);
    for (const key of path) this.#expressions.expression(key, scope, position);
    this.#expressions.template(value, scope);
  }

  #assigned({ name, position }: VariableName, scope: LexicalScope): void {
    if (scope.assignsUnshared(name)) {
      this.#problems.add(
        `variable '${name}' is from outside of the parallel step: add it to 'shared' to assign it`,
        position,
      );
    }
  }

  #loop(loop: Loop, outer: LexicalScope): void {
    this.#expressions.template(loop.source.values, outer);
    if (loop.index?.name === loop.value.name) {
      this.#problems.add("'value' and 'index' of a loop must differ", loop.position);
    }
    this.#steps(loop.steps, this.#scopes.of(loop));
  }

  #parallel({ work, concurrencyLimit }: ParallelAction, scope: LexicalScope): void {
    if (concurrencyLimit) this.#expressions.template(concurrencyLimit, scope);
    if (work.kind === 'for') {
      this.#loop(work.loop, scope);
      return;
    }
    for (const branch of work.branches) this.#steps(branch.steps, this.#scopes.of(branch));
  }

  #try({ steps, retry, except }: TryAction, scope: LexicalScope): void {
    this.#steps(steps, scope);
    if (retry) this.#retry(retry, scope);
    if (except) this.#steps(except.steps, this.#scopes.of(except));
  }

  #retry(retry: Retry, scope: LexicalScope): void {
    if (retry.kind === 'policy') {
      if (retry.policy.kind === 'expression') this.#expressions.template(retry.policy, scope);
      else this.#problems.add("'retry' must be a policy expression or a map", retry.position);
      return;
    }
    const { predicate, maxRetries, initialDelay, maxDelay, multiplier } = retry;
    for (const part of [predicate, maxRetries, initialDelay, maxDelay, multiplier]) {
      if (part) this.#expressions.template(part, scope);
    }
  }
}
