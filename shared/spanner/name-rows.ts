/** Who has a name, who has taken one for a child, and how a parent is: what an event that creates children has to know. */
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { NameHolder } from '../lifecycle/spawn.ts';
import type { ParentState } from '../orchestrator/ports/store.ts';
import { decodeAny } from '../records/any-record.ts';
import { decodeControl } from '../records/control-record.ts';
import { type Cells, cellsOf, required } from './cells.ts';
import type { Reader } from './reader.ts';

export async function readNameHolders(
  reader: Reader,
  names: readonly OperationName[],
): Promise<ReadonlyMap<OperationName, NameHolder>> {
  if (names.length === 0) return new Map();
  const columns = ['key', 'State', 'CreationOrder', 'Method', 'Parent', 'Input'];
  const rows = await reader.read(reader.tables.operations, { columns, keys: names.map((name) => [name]) });
  return new Map(rows.map(cellsOf).map((cells) => [nameOf(cells), holderOf(cells)]));
}

function holderOf(cells: Cells): NameHolder {
  const parent = cells.text('Parent') as OperationName | undefined;
  const input = cells.bytes('Input');
  return {
    name: nameOf(cells),
    deleted: cells.text('State') === 'DELETED',
    ...(cells.text('CreationOrder') !== undefined && {
      creation: {
        method: cells.text('Method') ?? '',
        ...(parent !== undefined && { parent }),
        ...(input && { input: decodeAny(input) }),
      },
    }),
  };
}

/** Only the columns that tell: a heartbeat of the parent changes one of them. */
export async function readParentStates(
  reader: Reader,
  names: readonly OperationName[],
): Promise<ReadonlyMap<OperationName, ParentState>> {
  if (names.length === 0) return new Map();
  const columns = ['key', 'State', 'Attempt', 'Control'];
  const rows = await reader.read(reader.tables.operations, { columns, keys: names.map((name) => [name]) });
  return new Map(
    rows.map(cellsOf).map((cells) => {
      const state = required(cells.text('State')) as ParentState['state'];
      const { childrenStop } = decodeControl(cells.text('Control'), cells.int('Attempt') ?? 0, state);
      return [nameOf(cells), { state, ...(childrenStop && { childrenStop }) }];
    }),
  );
}

/**
 * For each of the names that a parent's spawn has taken and has not created yet, that parent.
 *
 * A name is in the spawn's part as `createdMark` of records/wait-parts.ts says.
 */
export async function readReservations(
  reader: Reader,
  names: readonly OperationName[],
): Promise<ReadonlyMap<OperationName, OperationName>> {
  if (names.length === 0) return new Map();
  const { operations, waitParts, pendingChildren, pendingChildrenByChild } = reader.tables;
  const rows = await reader.query({
    sql: `
      SELECT wanted AS key, found.Parent
      FROM UNNEST(@names) AS wanted, UNNEST(ARRAY(
        SELECT AS STRUCT p.key AS Parent FROM ${pendingChildren}@{FORCE_INDEX=${pendingChildrenByChild}} AS p
        JOIN@{JOIN_METHOD=APPLY_JOIN} ${operations} AS o ON o.key = p.key
        WHERE p.Child = wanted AND o.CompleteTime IS NULL AND EXISTS (
          SELECT 1 FROM ${waitParts} AS part
          WHERE part.key = p.key AND part.WaitId = p.WaitId AND part.Open
            AND STRPOS(part.Children, CONCAT('[1,"', wanted, '"')) > 0
        ) LIMIT 1
      )) AS found`,
    params: { names: [...names] },
  });
  return new Map(
    rows.map(cellsOf).map((cells) => [nameOf(cells), required(cells.text('Parent')) as OperationName]),
  );
}

function nameOf(cells: Cells): OperationName {
  return required(cells.text('key')) as OperationName;
}
