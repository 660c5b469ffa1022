/** Splits a filter into words: the terminals of AIP-160's grammar (https://google.aip.dev/assets/misc/ebnf-filtering.txt). */
import { filterProblem } from './problem.ts';

export type Operator = '<=' | '<' | '>=' | '>' | '!=' | '=' | ':';
export type Keyword = 'AND' | 'OR' | 'NOT';

export type Token = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'text' | 'string'; readonly text: string }
  | { readonly kind: 'keyword'; readonly text: Keyword }
  | { readonly kind: 'operator'; readonly text: Operator }
  | { readonly kind: 'punctuation'; readonly text: '(' | ')' | ',' | '.' | '-' }
  | { readonly kind: 'end'; readonly text: '' }
);

const SPACE = /[ \t\r\n]+/y;
const OPERATOR = /<=|>=|!=|[<>=:]/y;
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy;
/** AIP-160 allows timestamps without quotes, although they contain colons and dots, which otherwise end a text. */
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/iy;
const TEXT = /[^\s()<>=!:,."'\\]+/y;
const ESCAPE = /\\(.)/gs;
// biome-ignore lint/suspicious/noControlCharactersInRegex: nothing that is stored has any
const REFUSED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/u;

/** Returns all words, and a final word that marks the end. */
export function tokensOf(source: string): readonly Token[] {
  const refused = source.search(REFUSED);
  if (refused >= 0)
    throw filterProblem(refused, 'must have no control character and no half of a surrogate pair');
  const tokens: Token[] = [];
  for (let at = skipSpace(source, 0); at < source.length; ) {
    const token = tokenAt(source, at);
    tokens.push(token);
    at = skipSpace(source, token.end);
  }
  tokens.push({ kind: 'end', text: '', start: source.length, end: source.length });
  return tokens;
}

function skipSpace(source: string, at: number): number {
  return at + (match(SPACE, source, at)?.length ?? 0);
}

function tokenAt(source: string, start: number): Token {
  const character = source.charAt(start);
  if (character === '"' || character === "'") return stringAt(source, start);
  const operator = match(OPERATOR, source, start);
  if (operator) return { kind: 'operator', text: operator as Operator, start, end: start + operator.length };
  if (character === '(' || character === ')' || character === ',' || character === '.') {
    return { kind: 'punctuation', text: character, start, end: start + 1 };
  }
  // Before a digit, a minus is a sign. Before anything else, it is a negation.
  if (character === '-' && !/\d/.test(source.charAt(start + 1))) {
    return { kind: 'punctuation', text: '-', start, end: start + 1 };
  }
  const text = match(TIME, source, start) ?? match(TEXT, source, start);
  if (!text) throw filterProblem(start, `unexpected ${JSON.stringify(character)}`);
  const end = start + text.length;
  if (text === 'AND' || text === 'OR' || text === 'NOT') return { kind: 'keyword', text, start, end };
  return { kind: 'text', text, start, end };
}

function stringAt(source: string, start: number): Token {
  const quoted = match(STRING, source, start);
  if (!quoted) throw filterProblem(start, 'a string without its closing quote');
  const text = quoted.slice(1, -1).replace(ESCAPE, (_escape, character: string, offset: number) => {
    if (character === '\\' || character === '"' || character === "'") return character;
    throw filterProblem(start + 1 + offset, `unknown escape \\${character}: only \\" \\' and \\\\ are`);
  });
  return { kind: 'string', text, start, end: start + quoted.length };
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
