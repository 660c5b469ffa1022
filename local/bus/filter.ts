/**
 * Subscription filters. https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
 *
 *   filter     = condition { AND condition } | condition { OR condition }
 *   condition  = [ NOT | - ] ( "(" filter ")" | has | comparison | prefix )
 *   has        = "attributes" ":" key
 *   comparison = "attributes" "." key ( "=" | "!=" ) string
 *   prefix     = "hasPrefix" "(" "attributes" "." key "," string ")"
 *   key        = identifier | string
 *   identifier = letters, digits, hyphens and underscores
 *   string     = in double quotes, with Unicode, hexadecimal and octal escapes
 *
 * AND and OR side by side need parentheses, as in Pub/Sub. `!=` is NOT `=`: true where the attribute is absent.
 */
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { unescaped } from './filter-string.ts';

export type Attributes = Readonly<Record<string, string>>;
export type Filter = (attributes: Attributes) => boolean;

const MAX_BYTES = 256;

/** Parses a filter. @throws InvalidInput with the position of the part that is wrong */
export function parseFilter(text: string): Filter {
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new InvalidInput('filter', `takes at most ${MAX_BYTES} bytes`);
  return new FilterParser(text).parse();
}

const BLANK = /\s*/y;
const STRING = /"((?:[^"\\]|\\.)*)"/y;
const IDENTIFIER = /[A-Za-z0-9_-]+/y;

class FilterParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Filter {
    const filter = this.#filter();
    if (this.#at < this.#text.length) throw this.#unexpected('AND, OR or the end');
    return filter;
  }

  #filter(): Filter {
    const first = this.#condition();
    const operator = this.#takes('AND') ? 'AND' : this.#takes('OR') ? 'OR' : undefined;
    if (operator === undefined) return first;
    const all = [first];
    do all.push(this.#condition());
    while (this.#takes(operator));
    if (this.#takes('AND') || this.#takes('OR')) {
      throw this.#unexpected('parentheses, where AND and OR come together,');
    }
    return operator === 'AND'
      ? (attributes) => all.every((condition) => condition(attributes))
      : (attributes) => all.some((condition) => condition(attributes));
  }

  #condition(): Filter {
    if (this.#takes('NOT') || this.#takes('-')) {
      const condition = this.#condition();
      return (attributes) => !condition(attributes);
    }
    if (this.#takes('(')) {
      const inner = this.#filter();
      this.#expect(')');
      return inner;
    }
    if (this.#takes('hasPrefix')) return this.#prefix();
    this.#expect('attributes');
    if (this.#takes(':')) {
      const key = this.#key();
      return (attributes) => Object.hasOwn(attributes, key);
    }
    return this.#comparison();
  }

  #comparison(): Filter {
    this.#expect('.');
    const key = this.#key();
    const negated = this.#takes('!=');
    if (!negated) this.#expect('=');
    const value = this.#string();
    return (attributes) => (attributeOf(attributes, key) === value) !== negated;
  }

  #prefix(): Filter {
    this.#expect('(');
    this.#expect('attributes');
    this.#expect('.');
    const key = this.#key();
    this.#expect(',');
    const prefix = this.#string();
    this.#expect(')');
    return (attributes) => attributeOf(attributes, key)?.startsWith(prefix) ?? false;
  }

  #key(): string {
    this.#match(BLANK);
    const key = this.#text[this.#at] === '"' ? this.#string() : this.#match(IDENTIFIER)?.[0];
    if (key === undefined) throw this.#unexpected('an attribute key');
    return key;
  }

  #string(): string {
    this.#match(BLANK);
    const quoted = this.#match(STRING)?.[1];
    if (quoted === undefined) throw this.#unexpected('a string in double quotes');
    return unescaped(quoted);
  }

  /** Consumes the token if it comes next. A word must match completely. */
  #takes(token: string): boolean {
    this.#match(BLANK);
    if (!this.#text.startsWith(token, this.#at)) return false;
    const end = this.#at + token.length;
    if (/\w$/.test(token) && /\w/.test(this.#text[end] ?? '')) return false;
    this.#at = end;
    this.#match(BLANK);
    return true;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) throw this.#unexpected(`"${token}"`);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  #unexpected(wanted: string): InvalidInput {
    return new InvalidInput('filter', `expected ${wanted} at character ${this.#at + 1} of ${this.#text}`);
  }
}

function attributeOf(attributes: Attributes, key: string): string | undefined {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}
