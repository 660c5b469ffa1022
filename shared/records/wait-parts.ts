/**
 * The children of a wait in their order, and the children to spawn, split into parts.
 *
 * Invariants:
 * 1. Positions count all children of the wait from 0, and parts are consecutive.
 * 2. The children to spawn of one part fit one transaction: MAX_PART_CHILDREN of them, with everything that their
 *     creation writes, are about 20,000 of the 80,000 mutations that a Spanner commit may hold.
 * 3. A row stays below Spanner's limit of 10 MiB a cell: a part ends when it holds MAX_PART_BYTES, whatever its last
 * child adds.
 *
 * A wait of 10,000 children is 10,000 pending rows of 6 mutations each and 50 parts of 8: 60,400, below 80,000.
 */
import type { BegunWait } from '../lifecycle/outcome.ts';
import { encodeSpawn, toSpawnRecord } from './spawn-record.ts';

const MAX_PART_CHILDREN = 200;
const MAX_PART_BYTES = 1_000_000;

export interface WaitPart {
  /** Counts from 0. */
  readonly part: number;
  /** The position of its first child. */
  readonly position: number;
  /** The number of its children. */
  readonly size: number;
  /** JSON: see PartChild. */
  readonly children: string;
  /** The children to spawn. Absent if the part has none, or once they are created. */
  readonly spawn?: Uint8Array;
}

export interface ChildKey {
  readonly position: number;
  readonly key: string;
  readonly spawnKey?: string;
}

/** Whether the wait spawns the child, its key, and its spawn key if it has one. */
type PartChild = readonly [created: 0 | 1, key: string, spawnKey?: string];

export function partsOf({ childKeys, spawn, spawnKeys }: Omit<BegunWait, 'wait'>): readonly WaitPart[] {
  const specifications = new Map(spawn.map((child) => [child.name as string, child]));
  const parts: WaitPart[] = [];
  for (let position = 0; position < childKeys.length; ) {
    const children: PartChild[] = [];
    const records: ReturnType<typeof toSpawnRecord>[] = [];
    let bytes = 0;
    while (children.length < MAX_PART_CHILDREN && bytes < MAX_PART_BYTES) {
      const key = childKeys[position + children.length];
      if (key === undefined) break;
      const specification = specifications.get(key);
      const spawnKey = spawnKeys.get(key);
      const created = specification ? 1 : 0;
      children.push(spawnKey === undefined ? [created, key] : [created, key, spawnKey]);
      bytes += key.length;
      if (!specification) continue;
      const record = toSpawnRecord(specification);
      records.push(record);
      bytes += record.creation.input?.value.length ?? 0;
      bytes += record.metadata?.value.length ?? 0;
      bytes += 1_000;
    }
    parts.push({
      part: parts.length,
      position,
      size: children.length,
      children: JSON.stringify(children),
      spawn: records.length > 0 ? encodeSpawn(records) : undefined,
    });
    position += children.length;
  }
  return parts;
}

export function childKeysOf({ children, position }: Pick<WaitPart, 'children' | 'position'>): ChildKey[] {
  return (JSON.parse(children) as PartChild[]).map(([, key, spawnKey], index) => ({
    position: position + index,
    key,
    spawnKey,
  }));
}

/**
 * A text that the JSON of a part contains exactly if the part spawns the operation. Nothing else in the JSON can
 * contain it, because a quotation mark within a JSON string is preceded by a backslash.
 */
export function createdMark(name: string): string {
  return `[1,${JSON.stringify(name)}`;
}
