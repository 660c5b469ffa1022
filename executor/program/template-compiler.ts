import { typeError } from '../errors/raised.ts';
import type { ExpressionCompiler } from '../expression/compiler.ts';
import type { Template } from '../source/model.ts';
import { typeName, type Value } from '../values/value.ts';
import type { LexicalScope } from './lexical-scope.ts';
import type { Evaluation } from './program.ts';

/** Compiles data with expressions inside it. */
export class TemplateCompiler {
  readonly expressions: ExpressionCompiler;

  constructor(expressions: ExpressionCompiler) {
    this.expressions = expressions;
  }

  compile(template: Template, scope: LexicalScope): Evaluation {
    switch (template.kind) {
      case 'literal': {
        const { value } = template;
        return { immediate: true, value: () => value };
      }
      case 'expression':
        return this.expressions.compile(template.expression, scope);
      case 'list': {
        const items = template.items.map((item) => this.compile(item, scope));
        return {
          immediate: items.every(({ immediate }) => immediate),
          value: (s) => items.map((item) => item.value(s)),
        };
      }
      case 'map': {
        const entries = template.entries.map(
          ([key, value]) => [this.compile(key, scope), this.compile(value, scope)] as const,
        );
        return {
          immediate: entries.every(([key, value]) => key.immediate && value.immediate),
          value: (s) =>
            new Map<string, Value>(entries.map(([key, value]) => [mapKey(key.value(s)), value.value(s)])),
        };
      }
    }
  }
}

function mapKey(key: Value): string {
  if (typeof key === 'string') return key;
  throw typeError(`map key must be a string; got: ${typeName(key)}`);
}
