import { parseExpression } from '../expression/parser.ts';
import { type Expression, ExpressionError } from '../expression/syntax.ts';
import { LIMITS } from '../limits.ts';
import type { Value } from '../values/value.ts';
import { type LiteralRule, literalProblem } from './literal-rule.ts';
import type { Template } from './model.ts';
import type { Position, Problems } from './problem.ts';
import type { SourceNode } from './source-node.ts';

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

  /** A value that can only be of some types: a warning says so where it is of none of them. */
  typed(node: SourceNode, rule: LiteralRule): Template {
    const template = this.template(node);
    const isWarnedOf = node.kind === 'scalar' && String(node.value).includes('${');
    const problem = isWarnedOf ? undefined : literalProblem(template, rule);
    if (problem !== undefined) this.#problems.warn(problem, node.position);
    return template;
  }

  #text(text: string, position: Position): Template {
    const source = expressionText(text);
    if (source === undefined) {
      const warning = expressionInText(text);
      if (warning !== undefined) this.#problems.warn(warning, position);
      return { kind: 'literal', value: text };
    }
    const expression = this.parse(source, position);
    return expression === undefined
      ? { kind: 'literal', value: null }
      : { kind: 'expression', expression, text: source.trim(), position };
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
      const hint = source.includes('}') ? severalExpressions(source) : '';
      this.#problems.add(`parse error in expression '${source}': ${error.message}${hint}`, position);
      return undefined;
    }
  }
}

/** The text between `${` and `}` when the whole scalar is an expression. */
function expressionText(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.startsWith('${') && trimmed.endsWith('}') ? trimmed.slice(2, -1) : undefined;
}

/** Why a text that has `${` in it is not an expression, for a warning; undefined for other text. */
function expressionInText(text: string): string | undefined {
  const trimmed = text.trim();
  if (!trimmed.includes('${')) return undefined;
  if (trimmed.startsWith('${') && !trimmed.includes('}')) {
    return `${shown(text)} is text: the '\${' at its start has no '}' at the end of the value`;
  }
  if (trimmed.startsWith('$${') && trimmed.endsWith('}')) {
    const escaped = `'$\${' is Terraform's escape of '\${'`;
    return `${shown(text)} is text: ${escaped}, so check the file that Terraform makes, or write ${shown(trimmed.slice(1))}`;
  }
  const meant = interpolation(trimmed);
  const hint = meant === undefined ? '' : `: did you mean ${shown(meant)}?`;
  return `${shown(text)} is text: an expression must be the whole value, '\${' to '}'${hint}`;
}

/** The one expression that joins the texts and expressions of an interpolation. */
function interpolation(text: string): string | undefined {
  const parts = text.split(/\$\{([^{}]*)\}/);
  if (parts.length < 3) return undefined;
  const terms = parts.flatMap((part, at) => {
    if (at % 2 === 1) return part.trim() === '' ? [] : [part.trim()];
    return part === '' ? [] : [JSON.stringify(part)];
  });
  return `\${${terms.join(' + ')}}`;
}

/** For a value such as `${a} and ${b}`, which begins and ends as one expression and is two. */
function severalExpressions(source: string): string {
  const meant = /\}.*\$\{/s.test(source) ? interpolation(`\${${source}}`) : undefined;
  return meant === undefined ? '' : `: a value is one expression: did you mean ${shown(meant)}?`;
}

function shown(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ');
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

function literals(templates: readonly Template[]): Value[] | undefined {
  const values: Value[] = [];
  for (const template of templates) {
    if (template.kind !== 'literal') return undefined;
    values.push(template.value);
  }
  return values;
}
