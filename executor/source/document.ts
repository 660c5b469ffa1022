import {
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { LIMITS } from '../limits.ts';
import { fitsInteger } from '../values/integer.ts';
import { InvalidWorkflowError, type Position } from './problem.ts';

/** A YAML or JSON document with the place of every part. */
export type SourceNode =
  | {
      readonly kind: 'scalar';
      readonly value: null | boolean | bigint | number | string;
      readonly position: Position;
    }
  | { readonly kind: 'list'; readonly items: readonly SourceNode[]; readonly position: Position }
  | { readonly kind: 'map'; readonly entries: readonly SourceEntry[]; readonly position: Position };

export interface SourceEntry {
  readonly key: string;
  readonly position: Position;
  readonly value: SourceNode;
}

/** Aliases may repeat parts of the file; these bounds stop a small file from growing without end. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 200;
const START: Position = { line: 1, column: 1 };

/**
 * Reads YAML 1.2 with the core schema, of which JSON is a subset: `yes`, `no`, `on` and `off` are text. Whole numbers
 * stay exact.
 *
 * @throws InvalidWorkflowError for a file that is too large, malformed or empty
 */
export function readDocument(text: string): SourceNode {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.sourceBytes) {
    throw invalid(`the source has ${bytes} bytes; at most ${LIMITS.sourceBytes} are allowed`, START);
  }
  const lines = new LineCounter();
  if (nestingOf(text) > MAX_DEPTH)
    throw invalid(`the source is nested deeper than ${MAX_DEPTH} levels`, START);
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    intAsBigInt: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const first = document.errors[0];
  if (first !== undefined) throw invalid(first.message, placeOf(lines, first.pos[0]));
  if (document.contents === null) throw invalid('the source is empty', START);
  return new Reader(lines).node(document.contents, 0);
}

/**
 * How deep the collections of the text nest. Composing a document recurses once a level, and on an exhausted stack
 * V8 may end the whole process instead of throwing; so hostile input must be found before. The tokens come from a
 * parser that keeps its own stack.
 */
function nestingOf(text: string): number {
  let deepest = 0;
  const waiting: { token: CST.Token; depth: number }[] = [];
  for (const token of new Parser().parse(text)) waiting.push({ token, depth: 0 });
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

class Reader {
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, Scalar | YAMLMap | YAMLSeq>();
  #nodes = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  node(node: Node | null, depth: number, fallback: Position = START): SourceNode {
    if (node === null) return { kind: 'scalar', value: null, position: fallback };
    const position = node.range ? placeOf(this.#lines, node.range[0]) : fallback;
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
      const items = node.items.map((item) => this.node(item as Node | null, depth + 1, position));
      return { kind: 'list', items, position };
    }
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }): SourceEntry => {
        const keyNode = this.node(key as Node | null, depth + 1, position);
        if (keyNode.kind !== 'scalar') throw invalid('a key must be plain text', keyNode.position);
        const place = keyNode.position;
        return {
          key: keyText(keyNode.value, key as Scalar),
          position: place,
          value: this.node(value as Node | null, depth + 1, place),
        };
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
  return null;
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
