import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
  type Document as YamlDocument,
} from 'yaml';
import { LIMITS } from '../limits.ts';
import { fitsInteger } from '../values/integer.ts';
import { readCommonYaml } from './common-yaml.ts';
import { relaxFlowLayout } from './flow-layout.ts';
import { InvalidWorkflowError, type Position } from './problem.ts';
import type { SourceEntry, SourceNode } from './source-node.ts';

/** Aliases may repeat parts of the file; these bounds stop a small file from growing without end. */
const MAX_NODES = 100_000;
/** Of both together. Each costs as much as a line; workflow files that are in use have a handful. */
const MAX_ANCHORS_AND_ALIASES = 1_000;
const MAX_DEPTH = 200;
/** The lexeme that stands before the text of a scalar, which may begin with any character. */
const SCALAR_MARK = '\u001f';
const START: Position = { line: 1, column: 1 };

/**
 * Reads YAML 1.2 with the core schema, of which JSON is a subset: `yes`, `no`, `on` and `off` are text. Whole numbers
 * stay exact. A file that strict YAML refuses is read once more with the layouts that Google's parser takes.
 *
 * @throws InvalidWorkflowError for a file that is too large, malformed or empty
 */
export function readDocument(text: string): SourceNode {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.sourceBytes) {
    throw invalid(`the source has ${bytes} bytes; at most ${LIMITS.sourceBytes} are allowed`, START);
  }
  // Editors of Windows write a byte order mark, which is no part of the text.
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  return readCommonYaml(source) ?? readYaml(source);
}

/** The full reading. @throws InvalidWorkflowError */
export function readYaml(text: string): SourceNode {
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  const [error] = document.errors;
  if (error === undefined) {
    if (document.contents === null) throw invalid('the source is empty', START);
    return new Reader((offset) => placeOf(lines, offset)).node(document.contents, 0);
  }
  const relaxed = relaxFlowLayout(text);
  const second = relaxed.text === text ? document : parseYaml(relaxed.text, new LineCounter());
  if (second.errors.length > 0 || second.contents === null) {
    throw invalid(yamlProblem(error.message, text, error.pos[0]), placeOf(lines, error.pos[0]));
  }
  const place = (offset: number) => placeOf(lines, relaxed.originalOffset(offset));
  return new Reader(place).node(second.contents, 0);
}

function parseYaml(text: string, lines: LineCounter): YamlDocument.Parsed {
  const tokens = tokensOf(text, lines);
  if (nestingOf(tokens) > MAX_DEPTH) {
    throw invalid(`the source is nested deeper than ${MAX_DEPTH} levels`, START);
  }
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    intAsBigInt: true,
    // The library compares every key with every other one; the reader below looks for repeated keys itself.
    uniqueKeys: false,
    logLevel: 'error',
  });
  const [document, another] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) throw invalid('the source is empty', START);
  if (another !== undefined) {
    throw invalid('a workflow file can not hold multiple documents', placeOf(lines, another.range[0]));
  }
  return document;
}

/**
 * The tokens up to the first error, which alone is reported: each error costs a stack trace, and 4,000 of them held the process for 200 ms.
 * The lexer runs once, for the check and for the parser: it takes a quarter of the time of parsing.
 */
function tokensOf(text: string, lines: LineCounter): readonly CST.Token[] {
  const tokens: CST.Token[] = [];
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of modestLexemes(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error') return tokens;
    }
  }
  tokens.push(...parser.end());
  return tokens;
}

/**
 * The lexemes of the text, up to those that are costly to parse: the parser takes time that grows with the square of the depth of
 * `[` and `{` (20,000 of them hold the process for 150 ms), and thousands of anchors and aliases hold it for as long.
 *
 * @throws InvalidWorkflowError for more of them than are taken
 */
function* modestLexemes(text: string): Generator<string, void> {
  let depth = 0;
  let anchorsAndAliases = 0;
  let previous = '';
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') depth++;
    else if (lexeme === ']' || lexeme === '}') depth--;
    else if (previous !== SCALAR_MARK && (lexeme.startsWith('&') || lexeme.startsWith('*')))
      anchorsAndAliases++;
    previous = lexeme;
    if (depth > MAX_DEPTH) throw invalid(`the source is nested deeper than ${MAX_DEPTH} levels`, START);
    if (anchorsAndAliases > MAX_ANCHORS_AND_ALIASES) {
      throw invalid(`the source has more than ${MAX_ANCHORS_AND_ALIASES} anchors and aliases`, START);
    }
    yield lexeme;
  }
}

/**
 * How deep the collections of the text nest. Composing a document recurses once a level, and on an exhausted stack
 * V8 may end the whole process instead of throwing; so hostile input must be found before. The tokens come from a
 * parser that keeps its own stack.
 */
function nestingOf(tokens: readonly CST.Token[]): number {
  let deepest = 0;
  const waiting = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    deepest = Math.max(deepest, depth);
    const parts = token.type === 'document' ? [{ value: token.value }] : 'items' in token ? token.items : [];
    for (const part of parts) {
      for (const inner of ['key' in part ? part.key : undefined, part.value]) {
        if (inner) waiting.push({ token: inner, depth: depth + 1 });
      }
    }
  }
  return deepest;
}

const UNQUOTED_EXPRESSION = /^.*?(?:: |- )(\$\{.*(?:: | #).*)$/;

/** What YAML says; for an expression that YAML reads as something else, how to write it instead. */
function yamlProblem(message: string, text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end < 0 ? undefined : end).trimEnd();
  const expression = UNQUOTED_EXPRESSION.exec(line)?.[1];
  if (expression === undefined) return message;
  const quoted = `'${expression.replaceAll("'", "''")}'`;
  return `quote the expression: write ${quoted}, because ': ' and ' #' end an unquoted text in YAML (${message})`;
}

class Reader {
  readonly #place: (offset: number) => Position;
  readonly #anchors = new Map<string, Scalar | YAMLMap | YAMLSeq>();
  #nodes = 0;

  constructor(place: (offset: number) => Position) {
    this.#place = place;
  }

  node(node: Node | null, depth: number, fallback: Position = START): SourceNode {
    if (node === null) return { kind: 'scalar', value: null, position: fallback };
    const position = node.range ? this.#place(node.range[0]) : fallback;
    if (++this.#nodes > MAX_NODES || depth > MAX_DEPTH) {
      throw invalid('the source is nested too deeply, or its aliases repeat too much', position);
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw invalid(`unknown alias *${node.source}`, position);
      return this.node(target, depth + 1, position);
    }
    // An alias names the last anchor before it, and reading goes in the order of the document.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isSeq(node)) {
      if (node.items.some(isPair)) throw unknownTag(node, position);
      const items = node.items.map((item) => this.node(item as Node | null, depth + 1, position));
      return { kind: 'list', items, position };
    }
    if (isMap(node)) {
      const seen = new Set<string>();
      const entries = node.items.map(({ key, value }): SourceEntry => {
        const keyNode = this.node(key as Node | null, depth + 1, position);
        if (keyNode.kind !== 'scalar') throw invalid('a key must be plain text', keyNode.position);
        const place = keyNode.position;
        const name = keyText(keyNode.value, key as Scalar);
        if (seen.has(name)) throw invalid(`Map keys must be unique: '${name}' is there twice`, place);
        seen.add(name);
        return { key: name, position: place, value: this.node(value as Node | null, depth + 1, place) };
      });
      return { kind: 'map', entries, position };
    }
    return { kind: 'scalar', value: scalarValue(node, position), position };
  }
}

function scalarValue(node: Node, position: Position): null | boolean | bigint | number | string {
  const value: unknown = isScalar(node) ? node.value : null;
  if (typeof value === 'bigint') {
    if (fitsInteger(value)) return value;
    throw invalid(`integer ${value} does not fit 64 bits`, position);
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === null || value === undefined) return null;
  throw unknownTag(node, position);
}

/** The library makes objects of YAML 1.1's `!!binary`, `!!timestamp`, `!!omap` and `!!pairs`, which no workflow can use. */
function unknownTag({ tag = '' }: Node, position: Position): InvalidWorkflowError {
  const name = tag.replace('tag:yaml.org,2002:', '!!');
  return invalid(
    `a value of the tag ${name} can't stand in a workflow file: write it without the tag`,
    position,
  );
}

/** Keys such as `404` or `true` count as the text they are written with. */
function keyText(value: null | boolean | bigint | number | string, node: Scalar | null): string {
  return typeof value === 'string' ? value : (node?.source ?? String(value));
}

function placeOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function invalid(message: string, position: Position): InvalidWorkflowError {
  return new InvalidWorkflowError([{ message, position }]);
}
