/**
 * The children of a wait in their order, and those that it creates, in parts.
 *
 * Invariants:
 *  1. Positions count all children of the wait from 0 on, and parts follow one another without a gap.
 *  2. The children to be created of one part fit one transaction: MAX_PART_CHILDREN of them with all that their creation
 *     writes are about 20,000 of the 80,000 mutations that a commit of Spanner may hold.
 *  3. A row stays below Spanner's 10 MiB a cell: a part that holds MAX_PART_BYTES ends, whatever its last child adds.
 *
 * A wait of 10,000 children is 10,000 pending rows of 6 mutations each and 50 parts of 8: 60,400, below 80,000.
 */
import type { BegunWait } from '../lifecycle/outcome.ts';
import { encodeSpawn, toSpawnRecord } from './spawn-record.ts';

const MAX_PART_CHILDREN = 200;
const MAX_PART_BYTES = 1_000_000;

export interface WaitPart {
  /** From 0 on. */
  readonly part: number;
  /** Of its first child. */
  readonly position: number;
  /** How many children it has. */
  readonly size: number;
  /** JSON: see PartChild. */
  readonly children: string;
  /** The children that have to be created; absent where the part has none, or once they are made. */
  readonly spawn?: Uint8Array;
}

export interface ChildKey {
  readonly position: number;
  readonly key: string;
  readonly spawnKey?: string;
}

/** Whether the wait creates it, its key, and its spawn key where it has one. */
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
      ...(records.length > 0 && { spawn: encodeSpawn(records) }),
    });
    position += children.length;
  }
  return parts;
}

export function childKeysOf({ children, position }: Pick<WaitPart, 'children' | 'position'>): ChildKey[] {
  return (JSON.parse(children) as PartChild[]).map(([, key, spawnKey], index) => ({
    position: position + index,
    key,
    ...(spawnKey !== undefined && { spawnKey }),
  }));
}

/**
 * What the children of a part contain where the part creates the operation. Nothing else can contain it: within a JSON text
 * a quotation mark has a backslash before it.
 */
export function createdMark(name: string): string {
  return `[1,${JSON.stringify(name)}`;
}
