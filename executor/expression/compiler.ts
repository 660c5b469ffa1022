import { errorMap, Raised } from '../errors/raised.ts';
import type { Binding, LexicalScope } from '../program/lexical-scope.ts';
import type { Evaluation } from '../program/program.ts';
import type { Scope } from '../runner/scope.ts';
import type { PureFunction } from '../stdlib/function.ts';
import { libraryFunction, libraryValue } from '../stdlib/library.ts';
import { checkLength } from '../values/size.ts';
import { FunctionReference, type Value } from '../values/value.ts';
import { access, negate, not, OPERATORS, truth } from './operators.ts';
import { PendingCall, type PendingTarget } from './pending-call.ts';
import { dottedName, type Expression } from './syntax.ts';

type Compute = (scope: Scope) => Value;

/** Turns expressions into closures, once, for a scope. The expressions have passed the static checks. */
export class ExpressionCompiler {
  /** The subworkflow or connector of a name; undefined for functions of the standard library. */
  readonly #pendingTarget: (name: string) => PendingTarget | undefined;

  constructor(pendingTarget: (name: string) => PendingTarget | undefined) {
    this.#pendingTarget = pendingTarget;
  }

  compile(expression: Expression, scope: LexicalScope): Evaluation {
    return { immediate: !this.#waits(expression), value: this.#compute(expression, scope) };
  }

  #compute(expression: Expression, scope: LexicalScope): Compute {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression;
        return () => value;
      }
      case 'name':
        return this.#name(expression.name, scope);
      case 'list': {
        const items = expression.items.map((item) => this.#compute(item, scope));
        return (s) => items.map((item) => item(s));
      }
      case 'member': {
        const constant = this.#libraryConstant(expression, scope);
        if (constant !== undefined) return () => constant;
        const object = this.#compute(expression.object, scope);
        const { key } = expression;
        return (s) => access(object(s), key);
      }
      case 'index': {
        const object = this.#compute(expression.object, scope);
        const index = this.#compute(expression.index, scope);
        return (s) => access(object(s), index(s));
      }
      case 'call':
        return this.#call(expression.callee, expression.args, scope);
      case 'not': {
        const operand = this.#compute(expression.operand, scope);
        return (s) => not(operand(s));
      }
      case 'negate': {
        const operand = this.#compute(expression.operand, scope);
        return (s) => negate(operand(s));
      }
      case 'binary':
        return this.#binary(expression, scope);
    }
  }

  /** A variable; or, where there is none of that name, a subworkflow or function named without being called. */
  #name(name: string, scope: LexicalScope): Compute {
    const binding = scope.resolve(name);
    if (binding === undefined) {
      const reference = new FunctionReference(name);
      return () => reference;
    }
    return readVariable(name, binding);
  }

  #libraryConstant(expression: Expression, scope: LexicalScope): Value | undefined {
    const name = dottedName(expression);
    const first = name?.split('.')[0];
    if (name === undefined || first === undefined || scope.resolve(first) !== undefined) return undefined;
    return libraryValue(name);
  }

  #call(callee: string, args: readonly Expression[], scope: LexicalScope): Compute {
    const values = args.map((arg) => this.#compute(arg, scope));
    const target = this.#pendingTarget(callee);
    if (target === undefined) return callPure(libraryFunction(callee) as PureFunction, values);
    const site = {};
    return (s) => {
      const answer = s.frame.execution.answer(site);
      if (answer !== undefined) return answer;
      throw new PendingCall(
        site,
        target,
        values.map((value) => value(s)),
      );
    };
  }

  #binary(
    { operator, left: leftSide, right: rightSide }: Expression & { kind: 'binary' },
    scope: LexicalScope,
  ): Compute {
    const left = this.#compute(leftSide, scope);
    const right = this.#compute(rightSide, scope);
    // Short-circuiting is not documented; it is the choice that lets `"k" in m and m.k` work.
    if (operator === 'and') return (s) => truth('and', left(s)) && truth('and', right(s));
    if (operator === 'or') return (s) => truth('or', left(s)) || truth('or', right(s));
    const apply = OPERATORS[operator];
    return (s) => apply(left(s), right(s));
  }

  #waits(expression: Expression): boolean {
    switch (expression.kind) {
      case 'literal':
      case 'name':
        return false;
      case 'list':
        return expression.items.some((item) => this.#waits(item));
      case 'member':
        return this.#waits(expression.object);
      case 'index':
        return this.#waits(expression.object) || this.#waits(expression.index);
      case 'call':
        return (
          this.#pendingTarget(expression.callee) !== undefined ||
          expression.args.some((arg) => this.#waits(arg))
        );
      case 'not':
      case 'negate':
        return this.#waits(expression.operand);
      case 'binary':
        return this.#waits(expression.left) || this.#waits(expression.right);
    }
  }
}

function readVariable(name: string, { depth, slot }: Binding): Compute {
  if (depth === 0) return (scope) => scope.read(slot) ?? unset(scope.read(slot), name);
  return (scope) => {
    const owner = scope.owner({ depth, slot });
    return owner.read(slot) ?? unset(owner.read(slot), name);
  };
}

/** Null is a value; undefined is a variable that no step has set yet. */
function unset(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw new Raised(errorMap(['KeyError', 'LookupError'], `KeyError: variable not found: ${name}`));
}

/** A call of a library function with arguments by position; the checks made sure that they are enough. */
export function callPure(fn: PureFunction, values: readonly Compute[]): Compute {
  const computes = fn.parameters.map(({ fallback = null }, i) => values[i] ?? (() => fallback));
  return (scope) => {
    const value = fn.call(
      computes.map((compute) => compute(scope)),
      scope.frame.execution,
    );
    if (typeof value === 'string') checkLength(value.length);
    return value;
  };
}
