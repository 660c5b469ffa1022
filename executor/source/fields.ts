import type { Position, Problems } from './problem.ts';
import type { SourceEntry, SourceNode } from './source-node.ts';
import { didYouMean } from './suggestion.ts';

/** The fields of one map of the source; asking for one that is malformed reports it. */
export class Fields {
  readonly position: Position;
  readonly #entries: ReadonlyMap<string, SourceEntry>;
  readonly #problems: Problems;

  constructor(entries: readonly SourceEntry[], position: Position, problems: Problems) {
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]));
    this.position = position;
    this.#problems = problems;
  }

  /** The fields of `node`; undefined, and reported as `what`, when it is no map. */
  static of(node: SourceNode, what: string, problems: Problems): Fields | undefined {
    if (node.kind === 'map') return new Fields(node.entries, node.position, problems);
    problems.add(`${what} must be a map`, node.position);
    return undefined;
  }

  names(): Iterable<string> {
    return this.#entries.keys();
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  get(name: string): SourceNode | undefined {
    return this.#entries.get(name)?.value;
  }

  positionOf(name: string): Position {
    return this.#entries.get(name)?.position ?? this.position;
  }

  /** A field of text; undefined when it is absent, or, reported, when it is not text. */
  text(name: string): string | undefined {
    const node = this.get(name);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
    this.#problems.add(`'${name}' must be text`, node.position);
    return undefined;
  }

  list(name: string): readonly SourceNode[] | undefined {
    const node = this.get(name);
    if (node === undefined) return undefined;
    if (node.kind === 'list') return node.items;
    this.#problems.add(`'${name}' must be a list`, node.position);
    return undefined;
  }

  /** Reports every field that is not one of `names`. */
  allow(names: readonly string[], what: string): void {
    for (const [name, entry] of this.#entries) {
      if (names.includes(name)) continue;
      const absent = names.filter((known) => !this.#entries.has(known));
      const hint = didYouMean(name, absent) || `: expected ${names.join(', ')}`;
      this.#problems.add(`unexpected entry '${name}' in ${what}${hint}`, entry.position);
    }
  }
}
