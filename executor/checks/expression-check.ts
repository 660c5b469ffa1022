import { dottedName, type Expression } from '../expression/syntax.ts';
import type { LexicalScope } from '../program/lexical-scope.ts';
import type { Template, Workflow } from '../source/model.ts';
import type { Position, Problems } from '../source/problem.ts';
import { didYouMean } from '../source/suggestion.ts';
import { libraryFunction, libraryNames, libraryValue } from '../stdlib/library.ts';
import type { CallCheck } from './call-check.ts';
import { callableHint } from './callable-hint.ts';

/** Checks the names in expressions. */
export class ExpressionCheck {
  readonly #workflow: Workflow;
  readonly #problems: Problems;
  readonly #calls: CallCheck;

  constructor(workflow: Workflow, problems: Problems, calls: CallCheck) {
    this.#workflow = workflow;
    this.#problems = problems;
    this.#calls = calls;
  }

  template(template: Template, scope: LexicalScope): void {
    switch (template.kind) {
      case 'literal':
        return;
      case 'expression':
        this.expression(template.expression, scope, template.position);
        return;
      case 'list':
        for (const item of template.items) this.template(item, scope);
        return;
      case 'map':
        for (const [key, value] of template.entries) {
          this.template(key, scope);
          this.template(value, scope);
        }
    }
  }

  expression(expression: Expression, scope: LexicalScope, position: Position): void {
    const inner = (part: Expression) => this.expression(part, scope, position);
    switch (expression.kind) {
      case 'literal':
        return;
      case 'name':
        this.#name(expression.name, scope, position);
        return;
      case 'member':
        if (this.#isLibraryName(expression, scope)) return;
        if (this.#isUnknownFunction(expression, scope, position)) return;
        inner(expression.object);
        return;
      case 'list':
        expression.items.forEach(inner);
        return;
      case 'index':
        inner(expression.object);
        inner(expression.index);
        return;
      case 'call':
        this.#calls.expression(expression.callee, expression.args.length, position);
        expression.args.forEach(inner);
        return;
      case 'not':
      case 'negate':
        inner(expression.operand);
        return;
      case 'binary':
        inner(expression.left);
        inner(expression.right);
        return;
    }
  }

  #name(name: string, scope: LexicalScope, position: Position): void {
    if (scope.resolve(name) || this.#workflow.routines.has(name) || libraryFunction(name)?.kind === 'pure')
      return;
    const hint = didYouMean(name, [...scope.visibleNames(), ...this.#workflow.routines.keys()]);
    this.#problems.add(`symbol '${name}' is neither a variable nor a sub-workflow name${hint}`, position);
  }

  /** Reports `text.lower`, where `text` is a module of the library and no variable. */
  #isUnknownFunction(expression: Expression, scope: LexicalScope, position: Position): boolean {
    const name = dottedName(expression);
    const [module, second] = name?.split('.') ?? [];
    if (name === undefined || module === undefined || second === undefined) return false;
    if (scope.resolve(module) || this.#workflow.routines.has(module)) return false;
    const known = [...libraryNames()].some((other) => other.startsWith(`${module}.`));
    if (!known) return false;
    const hint = callableHint(name, []);
    this.#problems.add(`'${name}' is neither a variable nor a function${hint}`, position);
    return true;
  }

  /** `http.default_retry`, unless its first part is a variable. */
  #isLibraryName(expression: Expression, scope: LexicalScope): boolean {
    const name = dottedName(expression);
    const first = name?.split('.')[0];
    if (name === undefined || first === undefined || scope.resolve(first)) return false;
    return libraryValue(name) !== undefined;
  }
}
