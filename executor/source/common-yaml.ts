import { plainValue, unquoted } from './common-scalar.ts';
import type { Position } from './problem.ts';
import type { SourceEntry, SourceNode } from './source-node.ts';
import { Unusual, unusual } from './unusual.ts';

/**
 * A fast reading of the YAML that nearly every workflow file is written in: block maps and lists, and scalars and flow
 * collections of one line. It reads a file ten times as fast as a full YAML reader does.
 *
 * It knows only what it is sure of: anything else (anchors, tags, block scalars, texts of several lines, unusual numbers, and
 * every mistake) gives undefined, and the full reader reads the file. What it does read, both read alike.
 */
export function readCommonYaml(text: string): SourceNode | undefined {
  if (UNUSUAL_TEXT.test(text)) return undefined;
  try {
    return new CommonYaml(text).document();
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}

/** Characters other than printable ones, spaces and line feeds; the markers of documents and directives. */
const UNUSUAL_TEXT = /[^\n -~\u00a0-\u2027\u202a-\ufefe\uff00-\uffff]|^(?:---|\.\.\.|%)/m;
const MAX_DEPTH = 60;

const PLAIN_KEY = /[A-Za-z_](?:[^:#\n]*[^:#\n ])?(?=:(?: |\n|$))/y;
const QUOTED = /"(?:[^"\\\n]|\\["\\/nrtbf])*"|'(?:[^'\n]|'')*'/y;
const PLAIN = /(?:[^\s,[\]{}#&*!|>'"%@`?:-]|-(?=\d))(?:[^\n:#]|:(?=[^\s])|(?<=[^\s])#)*/y;
const FLOW_PLAIN = /(?:[^\s,[\]{}#&*!|>'"%@`?:-]|-(?=\d))(?:[^,[\]{}\n:#]|:(?=[^\s,[\]{}]))*/y;
const REST_OF_LINE = /(?: *| +#[^\n]*)(?=\n|$)/y;
const SPACES = / */y;

class CommonYaml {
  readonly #text: string;
  /** Where each line with content begins, the place of its content, and its number. */
  readonly #starts: number[] = [];
  readonly #contents: number[] = [];
  readonly #numbers: number[] = [];
  #line = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    let number = 1;
    for (let start = 0; start < text.length; number++) {
      let content = start;
      while (text[content] === ' ') content++;
      const character = text[content];
      if (character !== undefined && character !== '\n' && character !== '#') {
        this.#starts.push(start);
        this.#contents.push(content);
        this.#numbers.push(number);
      }
      const end = text.indexOf('\n', content);
      start = end < 0 ? text.length : end + 1;
    }
  }

  document(): SourceNode {
    if (this.#indent() !== 0) throw new Unusual();
    this.#at = this.#contents[0] ?? 0;
    const node = this.#collection(0, 0);
    if (this.#line < this.#starts.length) throw new Unusual();
    return node;
  }

  /** The column of the next line's content; -1 at the end. */
  #indent(): number {
    const content = this.#contents[this.#line];
    return content === undefined ? -1 : content - (this.#starts[this.#line] ?? 0);
  }

  #position(): Position {
    return { line: this.#numbers[this.#line] ?? 1, column: this.#at - (this.#starts[this.#line] ?? 0) + 1 };
  }

  /** The list or map that begins at the current place, `column` characters from the start of its line. */
  #collection(column: number, depth: number): SourceNode {
    if (depth > MAX_DEPTH) throw new Unusual();
    return this.#isItem() ? this.#list(column, depth) : this.#map(column, depth);
  }

  #isItem(): boolean {
    const after = this.#text[this.#at + 1];
    return this.#text[this.#at] === '-' && (after === ' ' || after === '\n' || after === undefined);
  }

  #list(column: number, depth: number): SourceNode {
    const position = this.#position();
    const items: SourceNode[] = [];
    while (this.#isItem()) {
      this.#at++;
      const spaces = this.#take(SPACES)?.length ?? 0;
      const isInline =
        this.#text[this.#at] !== '\n' && this.#text[this.#at] !== '#' && this.#at < this.#text.length;
      items.push(
        isInline ? this.#inItem(column, column + 1 + spaces, depth) : this.#below(column + 1, depth),
      );
      if (!this.#next(column)) break;
    }
    return { kind: 'list', items, position };
  }

  /** What stands after a dash: a collection that begins there, or a value. */
  #inItem(dash: number, column: number, depth: number): SourceNode {
    if (this.#isItem() || this.#startsEntry()) return this.#collection(column, depth + 1);
    return this.#value(dash);
  }

  #startsEntry(): boolean {
    const at = this.#at;
    const isKey =
      this.#take(PLAIN_KEY) !== undefined ||
      (this.#take(QUOTED) !== undefined && this.#text[this.#at] === ':');
    this.#at = at;
    return isKey;
  }

  #map(column: number, depth: number): SourceNode {
    const position = this.#position();
    const entries: SourceEntry[] = [];
    const seen = new Set<string>();
    do {
      const place = this.#position();
      const key = this.#key();
      if (seen.has(key)) throw new Unusual();
      seen.add(key);
      if (this.#text[this.#at] !== ':') throw new Unusual();
      this.#at++;
      const spaces = this.#take(SPACES)?.length ?? 0;
      const next = this.#text[this.#at];
      const isInline = next !== '\n' && next !== '#' && next !== undefined;
      if (isInline && spaces === 0) throw new Unusual();
      entries.push({
        key,
        position: place,
        value: isInline ? this.#value(column) : this.#below(column, depth, true),
      });
    } while (this.#next(column));
    return { kind: 'map', entries, position };
  }

  #key(): string {
    const quoted = this.#take(QUOTED);
    if (quoted !== undefined) return unquoted(quoted);
    return this.#take(PLAIN_KEY) ?? unusual();
  }

  /** The collection on the lines below; a list may stand at the column of its key. */
  #below(column: number, depth: number, ofKey = false): SourceNode {
    this.#endLine();
    const indent = this.#indent();
    this.#at = this.#contents[this.#line] ?? this.#text.length;
    if (indent > column || (indent === column && (!ofKey || this.#isItem()))) {
      if (this.#isItem() || this.#startsEntry()) return this.#collection(indent, depth + 1);
    }
    return unusual();
  }

  /** A value that stands on its line. What follows must not stand right of `column`: it would belong to the value. */
  #value(column: number): SourceNode {
    const position = this.#position();
    const first = this.#text[this.#at];
    const node = first === '[' || first === '{' ? this.#flow(position, 0) : this.#scalar(position, PLAIN);
    this.#endLine();
    if (this.#indent() > column) throw new Unusual();
    return node;
  }

  #scalar(position: Position, pattern: RegExp): SourceNode {
    const quoted = this.#take(QUOTED);
    if (quoted !== undefined) return { kind: 'scalar', value: unquoted(quoted), position };
    const plain = this.#take(pattern);
    if (plain === undefined) throw new Unusual();
    const text = plain.trimEnd();
    this.#at -= plain.length - text.length;
    return { kind: 'scalar', value: plainValue(text), position };
  }

  #flow(position: Position, depth: number): SourceNode {
    if (depth > MAX_DEPTH) throw new Unusual();
    const isList = this.#text[this.#at] === '[';
    const close = isList ? ']' : '}';
    const items: SourceNode[] = [];
    const entries: SourceEntry[] = [];
    const seen = new Set<string>();
    this.#at++;
    this.#take(SPACES);
    while (this.#text[this.#at] !== close) {
      const place = this.#position();
      const node = this.#flowNode(depth);
      if (isList) items.push(node);
      else {
        const key = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : unusual();
        if (seen.has(key)) throw new Unusual();
        seen.add(key);
        this.#take(SPACES);
        if (this.#text[this.#at] !== ':' || this.#text[this.#at + 1] !== ' ') throw new Unusual();
        this.#at++;
        this.#take(SPACES);
        entries.push({ key, position: place, value: this.#flowNode(depth) });
      }
      this.#take(SPACES);
      if (this.#text[this.#at] === ',') {
        this.#at++;
        this.#take(SPACES);
        if (this.#text[this.#at] === close) throw new Unusual();
      } else if (this.#text[this.#at] !== close) throw new Unusual();
    }
    this.#at++;
    return isList ? { kind: 'list', items, position } : { kind: 'map', entries, position };
  }

  #flowNode(depth: number): SourceNode {
    const first = this.#text[this.#at];
    const position = this.#position();
    if (first === '[' || first === '{') return this.#flow(position, depth + 1);
    return this.#scalar(position, FLOW_PLAIN);
  }

  /** After a value: goes to the next line with content. */
  #endLine(): void {
    const { length } = this.#text;
    if (this.#at < length && this.#take(REST_OF_LINE) === undefined) throw new Unusual();
    this.#line++;
  }

  /** Whether the next line goes on with the collection at `column`; a line that stands in between is a mistake. */
  #next(column: number): boolean {
    const indent = this.#indent();
    if (indent > column) throw new Unusual();
    if (indent < column) return false;
    this.#at = this.#contents[this.#line] ?? this.#text.length;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0];
    if (match !== undefined) this.#at += match.length;
    return match;
  }
}
