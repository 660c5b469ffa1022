/**
 * A second reading of a file that strict YAML 1.2 refuses. Google's parser takes three layouts that YAML 1.2 does not:
 * a quoted text or a flow collection that goes on, or closes, no further right than its key, and an expression inside a
 * flow collection without quotes. `relaxFlowLayout` rewrites exactly these: it indents the lines that are too far left,
 * and quotes the expressions. Everything else stays as it is, and so do its errors.
 */
export interface RelaxedText {
  readonly text: string;
  /** The place in the original text of a place in the rewritten one. */
  readonly originalOffset: (offset: number) => number;
}

export function relaxFlowLayout(source: string): RelaxedText {
  return new FlowLayout(source).relax();
}

/** Replaces `length` characters at `at`. */
interface Edit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

const BLOCK_SCALAR = /[|>][-+0-9]*[ \t]*(?:#.*)?(?:\n|$)/y;
const PROPERTIES = /(?:[&!][^\s[\]{},]*[ \t]+)*/y;

class FlowLayout {
  readonly #source: string;
  readonly #edits: Edit[] = [];
  #at = 0;
  /** The column of the innermost block key or list item. The lines that continue its value must begin right of this column. */
  #column = 0;

  constructor(source: string) {
    this.#source = source;
  }

  relax(): RelaxedText {
    while (this.#at < this.#source.length) this.#line();
    return apply(this.#source, this.#edits);
  }

  /** A line in block context: list dashes, a key, and the value after it. */
  #line(): void {
    const start = this.#at;
    this.#skip(/ */y);
    for (;;) {
      this.#column = this.#at - start;
      if (this.#skip(/-(?=[ \t\n])[ \t]*/y) === 0) break;
    }
    this.#value();
    if (this.#skip(/[ \t]*:(?=[ \t\n])/y) > 0) this.#value();
    else if (this.#skip(/[^\n"'[{#|>&!][^\n]*?:(?=[ \t\n]|$)/y) > 0) this.#value();
    this.#skip(/[^\n]*\n?/y);
  }

  #value(): void {
    this.#skip(/[ \t]*/y);
    this.#skip(PROPERTIES);
    switch (this.#source[this.#at]) {
      case '"':
      case "'":
        this.#quoted();
        return;
      case '[':
      case '{':
        this.#flow();
        return;
      case '|':
      case '>':
        this.#blockScalar();
    }
  }

  #blockScalar(): void {
    if (this.#skip(BLOCK_SCALAR) === 0) return;
    const deeper = new RegExp(`(?:[ \\t]*\\n| {${this.#column + 1},}[^\\n]*(?:\\n|$))*`, 'y');
    this.#skip(deeper);
    // The rest of the line that the caller skips is the newline, which is consumed already.
    if (this.#at > 0) this.#at--;
  }

  #quoted(): void {
    const quote = this.#source[this.#at++];
    for (; this.#at < this.#source.length; this.#at++) {
      const character = this.#source[this.#at];
      if (character === '\n') this.#indentNextLine();
      else if (character === '\\' && quote === '"') this.#at++;
      else if (character === quote) {
        this.#at++;
        if (quote === '"' || this.#source[this.#at] !== quote) return;
      }
    }
  }

  #flow(): void {
    let depth = 0;
    let previous = '';
    while (this.#at < this.#source.length) {
      const character = this.#source[this.#at] ?? '';
      const starts = '[{,:'.includes(previous) && previous !== '';
      if ((character === '"' || character === "'") && starts) {
        this.#quoted();
        previous = character;
        continue;
      }
      if (character === '$' && this.#source[this.#at + 1] === '{' && starts) {
        this.#expression();
        previous = '}';
        continue;
      }
      if (character === '#' && /\s/.test(this.#source[this.#at - 1] ?? '')) {
        this.#skip(/[^\n]*/y);
        continue;
      }
      if (character === '\n') this.#indentNextLine();
      if (character === '[' || character === '{') depth++;
      if (character === ']' || character === '}') depth--;
      this.#at++;
      if (!/\s/.test(character)) previous = character;
      if (depth === 0) return;
    }
  }

  /** An expression inside a flow collection, up to the brace that closes it, put in single quotes. */
  #expression(): void {
    const end = expressionEnd(this.#source, this.#at);
    if (end === undefined) {
      this.#at += 2;
      return;
    }
    const text = this.#source.slice(this.#at, end);
    this.#edits.push({ at: this.#at, length: text.length, text: `'${text.replaceAll("'", "''")}'` });
    this.#at = end;
  }

  #indentNextLine(): void {
    const spaces = /[ \t]*/y;
    spaces.lastIndex = this.#at + 1;
    const width = spaces.exec(this.#source)?.[0].length ?? 0;
    if (width > this.#column) return;
    this.#edits.push({ at: this.#at + 1, length: 0, text: ' '.repeat(this.#column + 1 - width) });
  }

  #skip(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#source)?.[0].length ?? 0;
    this.#at += length;
    return length;
  }
}

/** The place after the brace that closes `${` at `start`, on the same line; undefined where there is none. */
function expressionEnd(source: string, start: number): number | undefined {
  let depth = 0;
  let quote = '';
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at] ?? '';
    if (character === '\n') return undefined;
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}

function apply(source: string, edits: readonly Edit[]): RelaxedText {
  const parts: string[] = [];
  /** Where each piece begins, in the rewritten and in the original text. */
  const pieces: { readonly made: number; readonly original: number; readonly inserted: boolean }[] = [];
  let made = 0;
  let original = 0;
  const push = (text: string, inserted: boolean) => {
    pieces.push({ made, original, inserted });
    parts.push(text);
    made += text.length;
  };
  for (const { at, length, text } of edits) {
    push(source.slice(original, at), false);
    original = at;
    push(text, true);
    original = at + length;
  }
  push(source.slice(original), false);
  const originalOffset = (offset: number): number => {
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((pieces[middle]?.made ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const piece = pieces[low];
    if (piece === undefined) return offset;
    return piece.inserted ? piece.original : piece.original + offset - piece.made;
  };
  return { text: parts.join(''), originalOffset };
}
