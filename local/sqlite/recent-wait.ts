import type { ChildOutcome, DoneOutcome } from '../../shared/lifecycle/child-outcome.ts';
import type { BegunWait } from '../../shared/lifecycle/outcome.ts';
import type { Wait } from '../../shared/lifecycle/wait.ts';
import type { SpawnPart } from '../../shared/orchestrator/ports/spawn-part.ts';
import { decodeSpawn } from '../../shared/records/spawn-record.ts';
import { type ChildKey, childKeysOf, type WaitPart } from '../../shared/records/wait-parts.ts';
import type { OutcomeCounts } from '../../shared/records/wait-record.ts';

/** The memory of a child beside its texts, in bytes. */
const CHILD_BYTES = 200;

/** A wait that this process began, as its rows have it: with the outcomes of its children, and the children that it has still to create. */
export class RecentWait {
  /** The number of its row. */
  readonly number: number;
  /** What its row says. */
  wait: Wait;
  /** Whether no child existed when the wait began. Such a child finds the wait when it ends. */
  readonly createsAll: boolean;
  /** About how much memory it takes, in bytes. */
  readonly size: number;
  /** The names of the children that are not created yet, by the part that creates them. */
  readonly #uncreated = new Map<number, ReadonlySet<string>>();
  readonly #parts: readonly WaitPart[];
  readonly #counts: Record<ChildOutcome, number>;
  /** The outcomes of the done children. undefined if some were done before the wait began, or are of another service. */
  #outcomes: Map<string, DoneOutcome> | undefined;

  /** `isNew`: whether no operation has the name. One may have it whose last event arrived before its `created`. */
  constructor(
    number: number,
    begun: BegunWait,
    parts: readonly WaitPart[],
    counts: OutcomeCounts,
    isNew: (name: string) => boolean,
  ) {
    const { wait, childKeys, spawn } = begun;
    const { PENDING = 0, SUCCEEDED = 0, FAILED = 0, CANCELLED = 0, NOT_FOUND = 0 } = counts;
    this.number = number;
    this.wait = wait;
    this.#parts = parts;
    this.#counts = { PENDING, SUCCEEDED, FAILED, CANCELLED, NOT_FOUND };
    const hasResults = PENDING < childKeys.length || wait.externals.length > 0;
    this.#outcomes = hasResults ? undefined : new Map();
    const created = new Set<string>(spawn.map(({ name }) => name));
    this.createsAll = childKeys.every((key) => created.has(key) && isNew(key));
    for (const { part, position, size, spawn: records } of parts) {
      if (records === undefined) continue;
      const keys = childKeys.slice(position, position + size);
      this.#uncreated.set(part, new Set(keys.filter((key) => created.has(key))));
    }
    this.size = parts.reduce(
      (sum, { children, spawn: records }) => sum + children.length + (records?.byteLength ?? 0),
      childKeys.length * CHILD_BYTES,
    );
  }

  /** The number of its children by outcome. Leaves out outcomes without children. */
  get counts(): OutcomeCounts {
    const counts: OutcomeCounts = {};
    for (const outcome of OUTCOMES) if (this.#counts[outcome] > 0) counts[outcome] = this.#counts[outcome];
    return counts;
  }

  /** The outcome of a child that was pending. */
  finish(child: string, outcome: DoneOutcome, hasResult: boolean): void {
    this.#counts.PENDING -= 1;
    this.#counts[outcome] += 1;
    if (hasResult) this.#outcomes = undefined;
    else this.#outcomes?.set(child, outcome);
  }

  /** The outcomes of those children that are done. undefined if the rows have to be read. */
  outcomesOf(
    children: readonly string[],
  ): ReadonlyMap<string, { readonly outcome: DoneOutcome }> | undefined {
    if (!this.#outcomes) return undefined;
    const found = new Map<string, { readonly outcome: DoneOutcome }>();
    for (const child of children) {
      const outcome = this.#outcomes.get(child);
      if (outcome !== undefined) found.set(child, { outcome });
    }
    return found;
  }

  /** The children that are not done. undefined if the rows have to be read. */
  pending(): readonly string[] | undefined {
    const outcomes = this.#outcomes;
    return (
      outcomes &&
      this.keys(0, Number.POSITIVE_INFINITY).flatMap(({ key }) => (outcomes.has(key) ? [] : [key]))
    );
  }

  /** The children from one position up to another, exclusive, in their order. */
  keys(first: number, end: number): readonly ChildKey[] {
    return this.#parts
      .filter(({ position, size }) => position + size > first && position < end)
      .flatMap(childKeysOf)
      .filter(({ position }) => position >= first && position < end);
  }

  /** Whether the wait still has to create the operation. */
  reserves(name: string): boolean {
    for (const names of this.#uncreated.values()) if (names.has(name)) return true;
    return false;
  }

  /** The first part with a child that has to be created. */
  nextPart(): SpawnPart | undefined {
    const [part] = this.#uncreated.keys();
    const records = this.#parts.find((one) => one.part === part)?.spawn;
    if (part === undefined || records === undefined) return undefined;
    const { operation, waitId } = this.wait;
    return { operation, waitId, part, children: decodeSpawn(records) };
  }

  markCreated(part: number): void {
    this.#uncreated.delete(part);
  }
}

const OUTCOMES: readonly ChildOutcome[] = ['PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND'];
