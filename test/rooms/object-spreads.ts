import { parseSync } from 'vite';

/** A node of the syntax tree, as far as this file reads it. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly argument?: Node;
  readonly expression?: Node;
  readonly operator?: string;
  readonly left?: Node;
  readonly right?: Node;
  readonly consequent?: Node;
  readonly alternate?: Node;
  readonly properties?: readonly Node[];
}

/**
 * Returns the lines of the spreads in object literals that add fields of another literal: `...{ a, b }`, `...(x && { x })` and
 * `...(x ? { y } : {})`.
 */
export function literalSpreadsIn(file: string, source: string): readonly number[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: number[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (node.type === 'ObjectExpression') {
      for (const property of node.properties ?? []) {
        if (property.type === 'SpreadElement' && isLiteral(property.argument)) found.push(property.start);
      }
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(program);
  return found.map((offset) => source.slice(0, offset).split('\n').length).sort((one, other) => one - other);
}

/** Whether the expression may give an object literal that it contains. */
function isLiteral(node: Node | undefined): boolean {
  switch (node?.type) {
    case 'ObjectExpression':
      return true;
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isLiteral(node.expression);
    case 'LogicalExpression':
      return isLiteral(node.right);
    case 'ConditionalExpression':
      return isLiteral(node.consequent) || isLiteral(node.alternate);
    default:
      return false;
  }
}
