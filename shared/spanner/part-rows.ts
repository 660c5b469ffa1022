import type { WaitRef } from '../lifecycle/wait.ts';
import type { SpawnPart, WaitPartRef } from '../orchestrator/ports/spawn-part.ts';
import { decodeSpawn } from '../records/spawn-record.ts';
import { type ChildKey, childKeysOf, type WaitPart } from '../records/wait-parts.ts';
import { bytesValue, type Cells, cellsOf, type RowValues, required } from './cells.ts';
import { readDone } from './child-rows.ts';
import { prefix, type Reader } from './reader.ts';
import type { Tables } from './tables.ts';
import type { Transactions } from './transactions.ts';

export function partValues({ operation, waitId }: WaitRef, part: WaitPart): RowValues {
  return {
    key: operation,
    WaitId: waitId,
    Part: part.part,
    Position: part.position,
    Size: part.size,
    Children: part.children,
    Open: part.spawn ? true : null,
    Spawn: bytesValue(part.spawn),
  };
}

/** Whether the order of the children is stored. Waits of early releases have none. */
export async function hasParts(reader: Reader, { operation, waitId }: WaitRef): Promise<boolean> {
  const ranges = [prefix([operation, waitId])];
  const rows = await reader.read(reader.tables.waitParts, { columns: ['Part'], ranges, limit: 1 });
  return rows.length > 0;
}

/** SQL: a column of the wait `w` with the parts that contain its children before the position `@end`. */
export function firstPartsColumn({ waitParts }: Tables): string {
  return `ARRAY(
      SELECT AS STRUCT part.Position, part.Children FROM ${waitParts} AS part
      WHERE part.key = w.key AND part.WaitId = w.WaitId AND part.Position < @end ORDER BY part.Part
    ) AS FirstParts`;
}

export function firstKeysIn(beside: Cells, end: number): readonly ChildKey[] {
  return beside
    .structs('FirstParts')
    .flatMap(keysOfPart)
    .filter(({ position }) => position < end);
}

/** Returns the children from one position up to another, exclusive, in their order. */
export async function readKeys(
  reader: Reader,
  { operation, waitId }: WaitRef,
  from: number,
  end: number,
): Promise<readonly ChildKey[]> {
  const rows = await reader.query({
    sql: `SELECT Position, Children FROM ${reader.tables.waitParts}
      WHERE key = @operation AND WaitId = @waitId AND Position + Size > @from AND Position < @end ORDER BY Part`,
    params: { operation, waitId, from, end },
  });
  return rows
    .map(cellsOf)
    .flatMap(keysOfPart)
    .filter(({ position }) => position >= from && position < end);
}

function keysOfPart(cells: Cells): readonly ChildKey[] {
  return childKeysOf({
    position: required(cells.int('Position')),
    children: required(cells.text('Children')),
  });
}

/** Returns the first part with a child that has to be created, without the children that already have an outcome. */
export async function readNextSpawnPart(reader: Reader, ref: WaitRef): Promise<SpawnPart | undefined> {
  const { operation, waitId } = ref;
  const [row] = await reader.query({
    sql: `SELECT Part, Spawn FROM ${reader.tables.waitParts}
      WHERE key = @operation AND WaitId = @waitId AND Open ORDER BY Part LIMIT 1`,
    params: { operation, waitId },
  });
  if (!row) return undefined;
  const cells = cellsOf(row);
  const children = decodeSpawn(required(cells.bytes('Spawn')));
  const done = await readDone(
    reader,
    ref,
    children.map(({ name }) => name),
  );
  return {
    operation,
    waitId,
    part: required(cells.int('Part')),
    children: children.filter(({ name }) => !done.has(name)),
  };
}

/** Does nothing if the part does not exist. */
export async function markPartMade(
  transactions: Transactions,
  { operation: key, waitId: WaitId, part: Part }: WaitPartRef,
): Promise<void> {
  await transactions.readWrite(async (reader, mutations) => {
    const keys = [[key, WaitId, Part]];
    const [row] = await reader.read(reader.tables.waitParts, { columns: ['Part'], keys });
    if (row) mutations.update(reader.tables.waitParts, { key, WaitId, Part, Open: null, Spawn: null });
    return { commit: row !== undefined, value: undefined };
  });
}
