/** Reads who holds or has reserved a name, and the state of the parent. Events that create operations need both. */
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { NameHolder } from '../lifecycle/spawn.ts';
import type { ParentState } from '../orchestrator/ports/commit.ts';
import { decodeAny } from '../records/any-record.ts';
import { decodeControl } from '../records/control-record.ts';
import { type Cells, cellsOf, required } from './cells.ts';
import type { Reader } from './reader.ts';
import type { Tables } from './tables.ts';

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
  const isCreated = cells.text('CreationOrder') !== undefined;
  return {
    name: nameOf(cells),
    deleted: cells.text('State') === 'DELETED',
    creation: isCreated ? creationOf(cells) : undefined,
  };
}

function creationOf(cells: Cells): NameHolder['creation'] {
  const input = cells.bytes('Input');
  return {
    method: cells.text('Method') ?? '',
    parent: cells.text('Parent') as OperationName | undefined,
    input: input && decodeAny(input),
  };
}

/**
 * SQL: a column of the first name of a query, with the states of the parents `@parents`. It reads only the columns of the state, so that
 * a heartbeat of the parent, which changes other columns, causes no conflict.
 */
export function parentsColumn({ operations }: Tables): string {
  return `ARRAY(
      SELECT AS STRUCT parent.key, parent.State, parent.Attempt, parent.Control FROM ${operations} AS parent
      WHERE wanted = @first AND parent.key IN UNNEST(@parents)
    ) AS Parents`;
}

export function parentStatesIn(found: Cells | undefined): ReadonlyMap<OperationName, ParentState> {
  return new Map(
    found?.structs('Parents').map((cells) => {
      const state = required(cells.text('State')) as ParentState['state'];
      const { childrenStop } = decodeControl(cells.text('Control'), cells.int('Attempt') ?? 0, state);
      return [nameOf(cells), { state, childrenStop }];
    }),
  );
}

/**
 * SQL: a column of each name `wanted`, with the parent that has reserved the name for a child and has not created the child yet.
 *
 * The part of the spawn contains the name in the form of `createdMark` (records/wait-parts.ts).
 */
export function reservedForColumn(tables: Tables): string {
  const { operations, waitParts, pendingChildren, pendingChildrenByChild } = tables;
  return `(
      SELECT p.key FROM ${pendingChildren}@{FORCE_INDEX=${pendingChildrenByChild}} AS p
      JOIN@{JOIN_METHOD=APPLY_JOIN} ${operations} AS spawning ON spawning.key = p.key
      WHERE p.Child = wanted AND spawning.CompleteTime IS NULL AND EXISTS (
        SELECT 1 FROM ${waitParts} AS part
        WHERE part.key = p.key AND part.WaitId = p.WaitId AND part.Open
          AND STRPOS(part.Children, CONCAT('[1,"', wanted, '"')) > 0
      ) LIMIT 1
    ) AS ReservedFor`;
}

function nameOf(cells: Cells): OperationName {
  return required(cells.text('key')) as OperationName;
}
