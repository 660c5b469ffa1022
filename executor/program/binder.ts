import type { Branch, Except, Loop, ParallelAction, Routine, Step } from '../source/model.ts';
import { LexicalScope } from './lexical-scope.ts';

/** The scope of each part of a routine that has one. */
export class Scopes {
  readonly #scopes = new Map<Routine | Loop | Except | Branch, LexicalScope>();

  of(owner: Routine | Loop | Except | Branch): LexicalScope {
    const scope = this.#scopes.get(owner);
    if (scope === undefined) throw new Error('this part of the workflow was not bound');
    return scope;
  }

  set(owner: Routine | Loop | Except | Branch, scope: LexicalScope): void {
    this.#scopes.set(owner, scope);
  }
}

/** Finds the scope of every variable of a routine, in the order of the source. */
export function bindRoutine(routine: Routine, scopes: Scopes): void {
  const scope = new LexicalScope('routine');
  for (const { name } of routine.parameters) scope.declare(name);
  scopes.set(routine, scope);
  bindSteps(routine.steps, scope, scopes);
}

function bindSteps(steps: readonly Step[], scope: LexicalScope, scopes: Scopes): void {
  for (const step of steps) bindStep(step, scope, scopes);
}

function bindStep({ action }: Step, scope: LexicalScope, scopes: Scopes): void {
  switch (action.kind) {
    case 'assign':
      for (const { variable } of action.assignments) scope.declareUnlessVisible(variable);
      return;
    case 'call':
      if (action.result) scope.declareUnlessVisible(action.result.name);
      return;
    case 'switch':
      for (const { body } of action.cases) bindStep(body, scope, scopes);
      return;
    case 'steps':
      bindSteps(action.steps, scope, scopes);
      return;
    case 'for':
      bindLoop(action.loop, new LexicalScope('loop', scope), scopes);
      return;
    case 'parallel':
      bindParallel(action, scope, scopes);
      return;
    case 'try':
      bindSteps(action.steps, scope, scopes);
      if (action.except) bindExcept(action.except, scope, scopes);
      return;
    case 'raise':
    case 'return':
    case 'jump':
      return;
  }
}

function bindExcept(except: Except, outer: LexicalScope, scopes: Scopes): void {
  const scope = new LexicalScope('except', outer);
  if (except.variable) scope.declare(except.variable.name);
  scopes.set(except, scope);
  bindSteps(except.steps, scope, scopes);
}

function bindParallel({ work, shared }: ParallelAction, outer: LexicalScope, scopes: Scopes): void {
  const names = shared.map(({ name }) => name);
  // Google's cheat sheet shares variables that only the branches assign: sharing declares them.
  for (const name of names) outer.declareUnlessVisible(name);
  if (work.kind === 'for') {
    bindLoop(work.loop, new LexicalScope('branch', outer, names), scopes);
    return;
  }
  for (const branch of work.branches) {
    const scope = new LexicalScope('branch', outer, names);
    scopes.set(branch, scope);
    bindSteps(branch.steps, scope, scopes);
  }
}

/** The loop's value and index are its own even where an outer variable has the name. */
function bindLoop(loop: Loop, scope: LexicalScope, scopes: Scopes): void {
  scope.declare(loop.value.name);
  if (loop.index) scope.declare(loop.index.name);
  scopes.set(loop, scope);
  bindSteps(loop.steps, scope, scopes);
}
