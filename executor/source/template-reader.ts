import { parseExpression } from '../expression/parser.ts';
import { type Expression, ExpressionError } from '../expression/syntax.ts';
import { LIMITS } from '../limits.ts';
import type { Value } from '../values/value.ts';
import type { SourceNode } from './document.ts';
import type { Template } from './model.ts';
import type { Position, Problems } from './problem.ts';

/**
 * Reads the values of a workflow file. A scalar that is `${…}` as a whole is an expression; text around it is not
 * interpolated ("Expressions").
 */
export class TemplateReader {
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  template(node: SourceNode): Template {
    switch (node.kind) {
      case 'scalar':
        return typeof node.value === 'string'
          ? this.#text(node.value, node.position)
          : { kind: 'literal', value: node.value };
      case 'list': {
        const items = node.items.map((item) => this.template(item));
        const values = literals(items);
        return values ? { kind: 'literal', value: values } : { kind: 'list', items };
      }
      case 'map': {
        const entries = node.entries.map(
          (entry) => [this.#text(entry.key, entry.position), this.template(entry.value)] as const,
        );
        const keys = literals(entries.map(([key]) => key));
        const values = literals(entries.map(([, value]) => value));
        if (!keys || !values) return { kind: 'map', entries };
        return { kind: 'literal', value: new Map(keys.map((key, i) => [key as string, values[i] ?? null])) };
      }
    }
  }

  #text(text: string, position: Position): Template {
    const source = expressionText(text);
    if (source === undefined) return { kind: 'literal', value: text };
    const expression = this.parse(source, position);
    return expression === undefined
      ? { kind: 'literal', value: null }
      : { kind: 'expression', expression, position };
  }

  /** The expression in a bare text such as an assignment's left side; a mistake is reported and gives undefined. */
  parse(source: string, position: Position): Expression | undefined {
    if (source.length > LIMITS.expressionLength) {
      this.#problems.add(
        `the expression has ${source.length} characters; at most ${LIMITS.expressionLength} are allowed`,
        position,
      );
      return undefined;
    }
    try {
      return parseExpression(source);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#problems.add(`parse error in expression '${source}': ${error.message}`, position);
      return undefined;
    }
  }
}

/** The text between `${` and `}` when the whole scalar is an expression. */
function expressionText(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.startsWith('${') && trimmed.endsWith('}') ? trimmed.slice(2, -1) : undefined;
}

function literals(templates: readonly Template[]): Value[] | undefined {
  const values: Value[] = [];
  for (const template of templates) {
    if (template.kind !== 'literal') return undefined;
    values.push(template.value);
  }
  return values;
}
