import { LIMITS } from '../limits.ts';
import { fitsInteger } from './integer.ts';
import type { Value } from './value.ts';

/** The text is not JSON. The message says why, and at which offset in characters. */
export class JsonSyntaxError extends Error {}

/**
 * Reads JSON without going through JavaScript numbers: a whole number without fraction or exponent is a 64-bit
 * integer, everything else a double. (JSON.parse would round 9007199254740993 and lose the type of 1.0.)
 *
 * @throws JsonSyntaxError
 */
export function decodeJson(text: string): Value {
  return new JsonDecoder(text).document();
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
class JsonDecoder {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('unexpected text after the value');
    return value;
  }

  #value(depth: number): Value {
    if (depth > LIMITS.valueDepth) this.#fail(`nested deeper than ${LIMITS.valueDepth} levels`);
    this.#space();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#map(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #map(depth: number): Value {
    const map = new Map<string, Value>();
    this.#at++;
    this.#space();
    if (this.#take('}')) return map;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('expected a key in double quotes');
      const key = this.#string();
      this.#space();
      if (!this.#take(':')) this.#fail("expected ':'");
      map.set(key, this.#value(depth + 1));
      this.#space();
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail("expected ',' or '}'");
    return map;
  }

  #list(depth: number): Value {
    const list: Value[] = [];
    this.#at++;
    this.#space();
    if (this.#take(']')) return list;
    do {
      list.push(this.#value(depth + 1));
      this.#space();
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail("expected ',' or ']'");
    return list;
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    let escaped = false;
    for (let code = this.#text.charCodeAt(end); code !== 0x22; code = this.#text.charCodeAt(end)) {
      if (!(code >= 0x20)) this.#fail('unterminated string');
      escaped ||= code === 0x5c;
      end += code === 0x5c ? 2 : 1;
    }
    this.#at = end + 1;
    if (!escaped) return this.#text.slice(start + 1, end);
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      this.#fail('malformed escape in a string');
    }
  }

  #number(): Value {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) this.#fail('expected a value');
    this.#at = NUMBER.lastIndex;
    const whole = match[1] === undefined && match[2] === undefined;
    if (whole && match[0].length <= 20) {
      const integer = BigInt(match[0]);
      if (fitsInteger(integer)) return integer;
    }
    return Number(match[0]);
  }

  #word(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('expected a value');
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #fail(problem: string): never {
    throw new JsonSyntaxError(
      this.#at >= this.#text.length ? 'unexpected end of JSON' : `${problem} at offset ${this.#at}`,
    );
  }
}
