import { fitsInteger } from '../values/integer.ts';
import { type Token, tokenize } from './lexer.ts';
import { type BinaryOperator, dottedName, type Expression, ExpressionError } from './syntax.ts';

/**
 * Reads the text between `${` and `}` with the precedence of "Data types, order of operations": access, then `not`
 * and unary minus, then `* / // %`, then `+ -`, then comparisons and `in`, then `and`, then `or`. Operators of one
 * level group from the left. `and`, `or`, `not` and `in` may be all upper case.
 *
 * @throws ExpressionError
 */
export function parseExpression(text: string): Expression {
  return new Parser(tokenize(text)).whole();
}

const LEVELS: readonly ReadonlySet<string>[] = [
  new Set(['or']),
  new Set(['and']),
  new Set(['<', '<=', '>', '>=', '==', '!=', 'in']),
  new Set(['+', '-']),
  new Set(['*', '/', '//', '%']),
];

const WORDS: ReadonlyMap<string, string> = new Map(
  ['or', 'and', 'not', 'in'].flatMap((word) => [
    [word, word],
    [word.toUpperCase(), word],
  ]),
);

const LITERALS: ReadonlyMap<string, Expression> = new Map(
  (
    [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const
  ).flatMap(([word, value]): [string, Expression][] => {
    const capitalized = (word[0] ?? '').toUpperCase() + word.slice(1);
    return [word, capitalized, word.toUpperCase()].map((name) => [name, { kind: 'literal', value }]);
  }),
);

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#binary(0);
    if (this.#token.kind !== 'end') this.#unexpected();
    return expression;
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#operator();
      if (operator === undefined || !operators.has(operator)) return left;
      this.#at++;
      left = { kind: 'binary', operator: operator as BinaryOperator, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Expression {
    const operator = this.#operator();
    if (operator === 'not') {
      this.#at++;
      return { kind: 'not', operand: this.#unary() };
    }
    if (operator !== '-') return this.#postfix();
    this.#at++;
    const token = this.#token;
    // Folded here because the smallest integer has no positive counterpart.
    if (token.kind === 'integer' && fitsInteger(-token.value)) {
      this.#at++;
      return this.#access({ kind: 'literal', value: -token.value });
    }
    return { kind: 'negate', operand: this.#unary() };
  }

  #postfix(): Expression {
    return this.#access(this.#primary());
  }

  #access(base: Expression): Expression {
    let expression = base;
    for (;;) {
      const { offset } = this.#token;
      if (this.#take('.')) {
        const key = this.#token;
        if (key.kind !== 'name') this.#unexpected();
        this.#at++;
        expression = { kind: 'member', object: expression, key: key.text };
      } else if (this.#take('[')) {
        const index = this.#binary(0);
        this.#expect(']');
        expression = { kind: 'index', object: expression, index };
      } else if (this.#take('(')) {
        const callee = dottedName(expression);
        if (callee === undefined) throw new ExpressionError('only a function can be called', offset);
        expression = { kind: 'call', callee, args: this.#items(')') };
      } else {
        return expression;
      }
    }
  }

  #primary(): Expression {
    const token = this.#token;
    switch (token.kind) {
      case 'string':
      case 'double':
        this.#at++;
        return { kind: 'literal', value: token.value };
      case 'integer':
        if (!fitsInteger(token.value)) {
          throw new ExpressionError(`integer ${token.value} does not fit 64 bits`, token.offset);
        }
        this.#at++;
        return { kind: 'literal', value: token.value };
      case 'name': {
        if (WORDS.has(token.text)) this.#unexpected();
        this.#at++;
        return LITERALS.get(token.text) ?? { kind: 'name', name: token.text };
      }
      case 'symbol': {
        if (this.#take('[')) return { kind: 'list', items: this.#items(']') };
        // An expression inside an expression, as in ${f(${[x]})}: deployed files have it; it means what it holds.
        if (this.#take('${')) {
          const nested = this.#binary(0);
          this.#expect('}');
          return nested;
        }
        if (!this.#take('(')) this.#unexpected();
        const inner = this.#binary(0);
        this.#expect(')');
        return inner;
      }
      case 'end':
        this.#unexpected();
    }
  }

  #items(close: string): Expression[] {
    const items: Expression[] = [];
    if (this.#take(close)) return items;
    do items.push(this.#binary(0));
    while (this.#take(','));
    this.#expect(close);
    return items;
  }

  get #token(): Token {
    // `end` is the last token and nothing steps over it.
    return this.#tokens[this.#at] as Token;
  }

  /** The operator or word at the current token, in lower case. */
  #operator(): string | undefined {
    const token = this.#token;
    if (token.kind === 'symbol') return token.text;
    return token.kind === 'name' ? WORDS.get(token.text) : undefined;
  }

  #take(symbol: string): boolean {
    const token = this.#token;
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) this.#unexpected(symbol);
  }

  #unexpected(expected?: string): never {
    const token = this.#token;
    const found =
      token.kind === 'end'
        ? 'the end of the expression'
        : `'${token.kind === 'name' || token.kind === 'symbol' ? token.text : token.value}'`;
    const wanted = expected === undefined ? '' : `, expected '${expected}'`;
    throw new ExpressionError(`unexpected ${found}${wanted}${this.#hint(token)}`, token.offset);
  }

  /** What is most likely meant by a word that other languages have. */
  #hint(token: Token): string {
    if (token.kind !== 'name') return '';
    const next = this.#tokens[this.#at + 1];
    const word = token.text.toLowerCase();
    if (word === 'not' && next?.kind === 'name' && next.text.toLowerCase() === 'in') {
      return " (there is no 'not in': did you mean 'not (x in y)'?)";
    }
    if (word === 'is') return " (did you mean '=='?)";
    if (word === 'if' || word === 'else') return ' (did you mean if(condition, value, otherwise)?)';
    return '';
  }
}
