import fc from 'fast-check';

/** A random expression over integers, doubles, booleans and strings; types are mixed now and then. */
export type Tree =
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'not' | 'negate'; readonly operand: Tree }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Tree; readonly right: Tree };

type Scalar = bigint | number | boolean | string;

/** The levels of "Data types, order of operations", the loosest first. */
const LEVELS = [['or'], ['and'], ['<', '<=', '>', '>=', '==', '!='], ['+', '-'], ['*', '/', '//', '%']];

export const expressions: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('integer' as const), value: fc.bigInt({ min: 0n, max: 20n }) }),
    fc.record({ kind: fc.constant('double' as const), value: fc.constantFrom(0.5, 1.5, 2.25, 4) }),
    fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
    fc.record({ kind: fc.constant('string' as const), value: fc.constantFrom('', 'a', 'b c', 'é') }),
    fc.record({ kind: fc.constantFrom('not' as const, 'negate' as const), operand: tie('tree') }),
    fc.record({
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom(...LEVELS.flat(), '+', '*', '-'),
      left: tie('tree'),
      right: tie('tree'),
    }),
  ),
})).tree;

/** With as few parentheses as the precedence allows, so that the precedence is what is tested. */
export function render(tree: Tree): string {
  switch (tree.kind) {
    case 'integer':
    case 'boolean':
      return String(tree.value);
    case 'double':
      return Number.isInteger(tree.value) ? `${tree.value}.0` : String(tree.value);
    case 'string':
      return JSON.stringify(tree.value);
    case 'not':
    case 'negate': {
      const operand = tree.operand.kind === 'binary' ? `(${render(tree.operand)})` : render(tree.operand);
      return tree.kind === 'not' ? `not ${operand}` : `-${operand}`;
    }
    case 'binary': {
      const level = levelOf(tree.operator);
      const side = (child: Tree, closed: boolean) => {
        const loose =
          child.kind === 'binary' &&
          (closed ? levelOf(child.operator) <= level : levelOf(child.operator) < level);
        return loose ? `(${render(child)})` : render(child);
      };
      return `${side(tree.left, false)} ${tree.operator} ${side(tree.right, true)}`;
    }
  }
}

function levelOf(operator: string): number {
  return LEVELS.findIndex((level) => level.includes(operator));
}

class Failure {
  readonly tag: string;

  constructor(tag: string) {
    this.tag = tag;
  }
}

/** The reference: a direct reading of the rules, with nothing shared with the executor. */
export function evaluate(tree: Tree): { kind: 'value'; json: string } | { kind: 'error'; tag: string } {
  try {
    return { kind: 'value', json: json(value(tree)) };
  } catch (failure) {
    if (failure instanceof Failure) return { kind: 'error', tag: failure.tag };
    throw failure;
  }
}

function json(result: Scalar): string {
  if (typeof result === 'string') return JSON.stringify(result);
  return typeof result === 'number' ? double(result) : String(result);
}

function double(result: number): string {
  const text = Object.is(result, -0) ? '-0' : String(result);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function value(tree: Tree): Scalar {
  switch (tree.kind) {
    case 'not': {
      return !truth(value(tree.operand));
    }
    case 'negate': {
      const operand = value(tree.operand);
      if (typeof operand === 'bigint' || typeof operand === 'number') return -operand;
      throw new Failure('TypeError');
    }
    case 'binary':
      return binary(tree.operator, tree.left, tree.right);
    default:
      return tree.value;
  }
}

function truth(operand: Scalar): boolean {
  if (typeof operand !== 'boolean') throw new Failure('TypeError');
  return operand;
}

function binary(operator: string, leftTree: Tree, rightTree: Tree): Scalar {
  const left = value(leftTree);
  if (operator === 'and') return truth(left) ? truth(value(rightTree)) : false;
  if (operator === 'or') return truth(left) ? true : truth(value(rightTree));
  const right = value(rightTree);
  if (operator === '==' || operator === '!=') return same(left, right) === (operator === '==');
  if (['<', '<=', '>', '>='].includes(operator)) return ordered(operator, left, right);
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) {
    return text(left) + text(right);
  }
  if (typeof left === 'bigint' && typeof right === 'bigint' && operator !== '/') {
    return integers(operator, left, right);
  }
  return doubles(operator, number(left), number(right));
}

function same(left: Scalar, right: Scalar): boolean {
  if (isNumber(left) && isNumber(right)) return Number(left) === Number(right);
  return left === right;
}

function ordered(operator: string, left: Scalar, right: Scalar): boolean {
  const both = typeof left === 'string' ? typeof right === 'string' : isNumber(left) && isNumber(right);
  if (!both) throw new Failure('TypeError');
  const [less, more] = [left < right, left > right];
  if (operator === '<') return less;
  if (operator === '>') return more;
  return operator === '<=' ? !more : !less;
}

function isNumber(operand: Scalar): operand is bigint | number {
  return typeof operand === 'bigint' || typeof operand === 'number';
}

function number(operand: Scalar): number {
  if (!isNumber(operand)) throw new Failure('TypeError');
  return Number(operand);
}

function text(operand: Scalar): string {
  return typeof operand === 'number' ? double(operand) : String(operand);
}

function integers(operator: string, left: bigint, right: bigint): bigint {
  const result = wide(operator, left, right);
  if (BigInt.asIntN(64, result) !== result) throw new Failure('ValueError');
  return result;
}

function wide(operator: string, left: bigint, right: bigint): bigint {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (right === 0n) throw new Failure('ZeroDivisionError');
  let quotient = left / right;
  if (quotient * right !== left && left < 0n !== right < 0n) quotient -= 1n;
  return operator === '//' ? quotient : left - quotient * right;
}

function doubles(operator: string, left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (right === 0) throw new Failure('ZeroDivisionError');
  if (operator === '/') return left / right;
  if (operator === '//') return Math.floor(left / right);
  const rest = left % right;
  return rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest;
}
