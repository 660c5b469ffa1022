import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { BegunWait } from '../../shared/lifecycle/outcome.ts';
import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import type { SpawnPart, WaitPartRef } from '../../shared/orchestrator/ports/spawn-part.ts';
import { decodeSpawn } from '../../shared/records/spawn-record.ts';
import { type ChildKey, childKeysOf, createdMark, type WaitPart } from '../../shared/records/wait-parts.ts';
import type { UnsettledNames } from './changed-names.ts';
import type { Connection } from './connection.ts';
import type { FinishedChildren } from './finished-children.ts';
import { WAIT_NUMBER } from './wait-table.ts';
import type { KnownWaits } from './waits-of-children.ts';

/** The order of a wait's children, and the children that the wait spawns, in parts. */
export function partTable(
  connection: Connection,
  { changed, changedChildren, reserved }: UnsettledNames,
  finished: FinishedChildren,
  { recentWaits, waitsOfChildren }: KnownWaits,
) {
  const insert = connection.command(
    'INSERT INTO wait_parts (wait, part, position, size, children, spawn) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const any = connection.query<[1]>(`SELECT 1 FROM wait_parts WHERE wait = ${WAIT_NUMBER} LIMIT 1`);
  const from = connection.query<[number, string]>(
    `SELECT position, children FROM wait_parts
     WHERE wait = ${WAIT_NUMBER} AND position + size > ? AND position < ? ORDER BY part`,
  );
  const next = connection.query<[number, Uint8Array]>(
    `SELECT part, spawn FROM wait_parts
     WHERE wait = ${WAIT_NUMBER} AND spawn IS NOT NULL ORDER BY part LIMIT 1`,
  );
  const clearSpawn = connection.command(
    `UPDATE wait_parts SET spawn = NULL WHERE wait = ${WAIT_NUMBER} AND part = ?`,
  );
  const reservedBy = connection.query<[OperationName]>(
    `SELECT operations.name FROM pending_children
       JOIN waits ON waits.id = pending_children.wait
       JOIN operations ON operations.name = waits.operation AND operations.complete_time IS NULL
     WHERE child = ? AND EXISTS (
       SELECT 1 FROM wait_parts
       WHERE wait_parts.wait = pending_children.wait AND spawn IS NOT NULL AND instr(children, ?) > 0
     ) LIMIT 1`,
  );

  return {
    insert(wait: number, { spawn: reservations }: BegunWait, parts: readonly WaitPart[]): void {
      for (const { name } of reservations) reserved.add(name);
      for (const { part, position, size, children, spawn } of parts) {
        insert.run([wait, part, position, size, children, spawn ?? null]);
      }
    },
    /** Whether the order of the children is stored. Waits of early releases have none. */
    isOrdered: ({ operation, waitId }: WaitRef): boolean => any.first([operation, waitId]) !== undefined,
    /** The children from one position up to another, exclusive, in their order. */
    keys(ref: WaitRef, first: number, end: number): readonly ChildKey[] {
      const known = recentWaits.get(ref);
      if (known) return known.keys(first, end);
      const { operation, waitId } = ref;
      return from
        .all([operation, waitId, first, end])
        .flatMap(([position, children]) => childKeysOf({ position, children }))
        .filter(({ position }) => position >= first && position < end);
    },
    /** The first part with a child that has to be created. */
    next(ref: WaitRef): SpawnPart | undefined {
      const known = recentWaits.get(ref);
      if (known) return known.nextPart();
      const { operation, waitId } = ref;
      const row = next.first([operation, waitId]);
      return row && { operation, waitId, part: row[0], children: decodeSpawn(row[1]) };
    },
    markMade(made: WaitPartRef): void {
      clearSpawn.run([made.operation, made.waitId, made.part]);
      // What a read finds out about the names that the part reserved depends on it.
      changed.add(made.operation);
      recentWaits.markCreated(made, made.part);
    },
    /** The parent that spawns an operation of this name and has not created it yet. */
    reservedFor(name: OperationName): OperationName | undefined {
      // The answer no from here would prove nothing: a wait that has ended may reserve names too.
      for (const wait of waitsOfChildren.get(name) ?? []) {
        if (recentWaits.get(wait)?.reserves(name)) return wait.operation;
      }
      const values = [name, createdMark(name)];
      if (!reserved.has(name)) {
        const [parent] = reservedBy.firstSettled(values) ?? [];
        if (parent === undefined || !(changed.has(parent) || changedChildren.has(name))) return parent;
      }
      finished.writeIfDone(name);
      return reservedBy.first(values)?.[0];
    },
  };
}
