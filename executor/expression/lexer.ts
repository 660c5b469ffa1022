import { ExpressionError } from './syntax.ts';

export type Token =
  | { readonly kind: 'integer'; readonly value: bigint; readonly offset: number }
  | { readonly kind: 'double'; readonly value: number; readonly offset: number }
  | { readonly kind: 'string'; readonly value: string; readonly offset: number }
  | { readonly kind: 'name'; readonly text: string; readonly offset: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly offset: number }
  | { readonly kind: 'end'; readonly offset: number };

const SPACE = /\s*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SYMBOL = /==|!=|<=|>=|\/\/|\$\{|[-+*/%<>()[\].,}]/y;
/** What is most likely meant by a character that begins no token. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['=', " (did you mean '=='?)"],
  ['!', " (did you mean 'not'?)"],
  ['&', " (did you mean 'and'?)"],
  ['|', " (did you mean 'or'?)"],
  ['?', ' (did you mean if(condition, value, otherwise)?)'],
  ['{', ' (an expression has no maps: assign the map as YAML, and name the variable here)'],
  [':', ' (an expression has no maps: assign the map as YAML, and name the variable here)'],
  ['`', " (texts stand in double quotes: '\"')"],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['a', '\x07'],
  ['v', '\v'],
  ['/', '/'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
]);

/** Splits the text between `${` and `}` into tokens; the last one is `end`. @throws ExpressionError */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0];
    at += match?.length ?? 0;
    return match;
  };
  for (;;) {
    take(SPACE);
    const offset = at;
    if (at >= text.length) return [...tokens, { kind: 'end', offset }];
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const { value, end } = readString(text, at, quote);
      tokens.push({ kind: 'string', value, offset });
      at = end;
      continue;
    }
    const digits = text[at] === '.' && endsValue(tokens.at(-1)) ? undefined : take(NUMBER);
    if (digits !== undefined) {
      const whole = /^\d+$/.test(digits);
      tokens.push(
        whole
          ? { kind: 'integer', value: BigInt(digits), offset }
          : { kind: 'double', value: Number(digits), offset },
      );
      continue;
    }
    const name = take(NAME);
    if (name !== undefined) {
      tokens.push({ kind: 'name', text: name, offset });
      continue;
    }
    const symbol = take(SYMBOL);
    if (symbol === undefined) {
      const hint = HINTS.get(text[at] ?? '') ?? '';
      throw new ExpressionError(`token recognition error at: '${text[at]}'${hint}`, at);
    }
    tokens.push({ kind: 'symbol', text: symbol, offset });
  }
}

/** Whether a dot after this token is access, and not the start of a number. */
function endsValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === 'symbol' ? token.text === ')' || token.text === ']' : true;
}

function readString(text: string, start: number, quote: string): { value: string; end: number } {
  let value = '';
  let at = start + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined) throw new ExpressionError('unterminated string', start);
    if (character === quote) return { value, end: at + 1 };
    if (character !== '\\') {
      value += character;
      at++;
      continue;
    }
    const escaped = text[at + 1] ?? '';
    const plain = ESCAPES.get(escaped);
    const hex = /^(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})/.exec(text.slice(at + 1, at + 6))?.[0];
    if (plain !== undefined) {
      value += plain;
      at += 2;
    } else if (hex !== undefined) {
      value += String.fromCharCode(Number.parseInt(hex.slice(1), 16));
      at += 1 + hex.length;
    } else {
      throw new ExpressionError(`unknown escape '\\${escaped}' in a string`, at);
    }
  }
}
