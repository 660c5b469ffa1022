/**
 * The grammar of AIP-160 (https://google.aip.dev/160), by recursive descent:
 *
 *     expression  = sequence {"AND" sequence}
 *     sequence    = factor {factor}
 *     factor      = term {"OR" term}
 *     term        = ["NOT" | "-"] simple
 *     simple      = "(" expression ")" | restriction
 *     restriction = member [operator member]
 *     member      = value {"." value}
 *
 * OR binds tighter than AND, and adjacent terms are joined by AND. Functions and lists of values in parentheses are refused,
 * because no field supports them.
 */
import { type Token, tokensOf } from './lexer.ts';
import { filterProblem } from './problem.ts';
import type { Restriction, Syntax, Word } from './syntax.ts';

/** The deepest nesting of parentheses. The parser and the readers of its result recurse as deep. */
const MAX_DEPTH = 32;
/** The largest number of comparisons. Each becomes a query parameter and a clause that is evaluated for every row. */
const MAX_RESTRICTIONS = 64;

/** Parses a filter. Returns undefined for an empty filter. */
export function parseSyntax(source: string): Syntax | undefined {
  const parser = new Parser(tokensOf(source));
  return parser.parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #restrictions = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Syntax | undefined {
    if (this.#peek().kind === 'end') return undefined;
    const expression = this.#expression();
    if (this.#peek().kind !== 'end') throw this.#unexpected('AND, OR, or the end');
    return expression;
  }

  #expression(): Syntax {
    return this.#list('and', 'AND', () => this.#sequence());
  }

  #sequence(): Syntax {
    const factors = [this.#factor()];
    while (this.#startsTerm()) factors.push(this.#factor());
    return joined('and', factors);
  }

  #factor(): Syntax {
    return this.#list('or', 'OR', () => this.#term());
  }

  #list(kind: 'and' | 'or', keyword: 'AND' | 'OR', item: () => Syntax): Syntax {
    const items = [item()];
    while (this.#accept('keyword', keyword)) items.push(item());
    return joined(kind, items);
  }

  #term(): Syntax {
    const negated = this.#accept('keyword', 'NOT') ?? this.#accept('punctuation', '-');
    const simple = this.#accept('punctuation', '(') ? this.#composite() : this.#restriction();
    return negated ? { kind: 'not', of: simple } : simple;
  }

  #composite(): Syntax {
    this.#depth++;
    if (this.#depth > MAX_DEPTH) {
      throw filterProblem(this.#peek().start, `parentheses nest deeper than ${MAX_DEPTH}`);
    }
    const inner = this.#expression();
    if (!this.#accept('punctuation', ')')) throw this.#unexpected('")"');
    this.#depth--;
    return inner;
  }

  #restriction(): Restriction {
    const path = this.#member('a field');
    const [first] = path;
    if (first && ++this.#restrictions > MAX_RESTRICTIONS) {
      throw filterProblem(first.start, `more than ${MAX_RESTRICTIONS} comparisons`);
    }
    if (this.#peek().text === '(') throw filterProblem(this.#peek().start, 'functions are not supported');
    const operator = this.#peek();
    if (operator.kind !== 'operator') return { kind: 'restriction', path };
    this.#at++;
    const value = this.#value();
    return {
      kind: 'restriction',
      path,
      comparison: { operator: operator.text, start: operator.start, value },
    };
  }

  /** A value without quotes may contain dots, such as the name of a method or a number. */
  #value(): Word {
    if (this.#peek().text === '(')
      throw filterProblem(this.#peek().start, 'lists of values are not supported');
    const words = this.#member('a value');
    return { text: words.map(({ text }) => text).join('.'), start: words[0]?.start ?? this.#peek().start };
  }

  #member(expected: string): readonly Word[] {
    const words = [this.#word(expected, false)];
    while (this.#accept('punctuation', '.')) words.push(this.#word('a name after the dot', true));
    return words;
  }

  /** After a dot, keywords are ordinary names. */
  #word(expected: string, keywords: boolean): Word {
    const token = this.#peek();
    const isWord = token.kind === 'text' || token.kind === 'string' || (keywords && token.kind === 'keyword');
    if (!isWord) throw this.#unexpected(expected);
    this.#at++;
    return { text: token.text, start: token.start };
  }

  #startsTerm(): boolean {
    const { kind, text } = this.#peek();
    return kind === 'text' || kind === 'string' || text === 'NOT' || text === '-' || text === '(';
  }

  #accept(kind: Token['kind'], text: string): Token | undefined {
    const token = this.#peek();
    if (token.kind !== kind || token.text !== text) return undefined;
    this.#at++;
    return token;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', start: 0, end: 0 };
  }

  #unexpected(expected: string) {
    const { kind, text, start } = this.#peek();
    const found = kind === 'end' ? 'the end' : JSON.stringify(text);
    return filterProblem(start, `${found} where ${expected} is expected`);
  }
}

function joined(kind: 'and' | 'or', items: readonly Syntax[]): Syntax {
  const [first] = items;
  return first && items.length === 1 ? first : { kind, of: items };
}
