/**
 * The rows of a database once more under other names, by SQL over the store's schema: the operations, histories, waits and children
 * that the system wrote itself, much faster than it could write them.
 */
import type { Connection } from '../../local/sqlite/connection.ts';

/** Between the numbers of two copies: more than any table of the first one has rows. */
const STEP = 1_000_000;

/** The first part of the names of a copy, of the same length for each: the length of a name is a part of a message's bytes. */
export function nameOf(copy: number): string {
  return `fill${String(copy).padStart(3, '0')}`;
}

/** The tables that have rows of finished operations, and how a column of a copy follows from that of the first one. */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  operations: {
    id: shifted('id'),
    name: renamed('name'),
    message: `CAST(${renamed('CAST(message AS TEXT)')} AS BLOB)`,
    parent: renamed('parent'),
    // A copy was created a second before the copy with the next lower number.
    create_time: 'create_time - $copy * 1000',
  },
  history: { operation: shifted('operation') },
  waits: { id: shifted('id'), operation: renamed('operation'), terms: renamed('terms') },
  done_children: { wait: shifted('wait'), child: renamed('child') },
  wait_parts: { wait: shifted('wait'), children: renamed('children') },
};

/** Writes the rows of copy 0 once more, as the copy of this number. */
export function multiplyRows(connection: Connection, copy: number): void {
  connection.transaction(() => {
    for (const [table, changed] of Object.entries(COLUMNS)) {
      const columns = connection
        .query<[string]>(`SELECT name FROM pragma_table_info('${table}')`)
        .all([])
        .map(([column]) => column);
      const key = ['id', 'operation', 'wait'].find((column) => changed[column] === shifted(column));
      const values = columns.map((column) => (changed[column] ?? column).replaceAll('$copy', String(copy)));
      connection.execute(
        `INSERT INTO ${table} (${columns.join(', ')})
         SELECT ${values.join(', ').replaceAll('$name', nameOf(copy))} FROM ${table} WHERE ${key} < ${STEP}`,
      );
    }
  });
}

function shifted(column: string): string {
  return `${column} + $copy * ${STEP}`;
}

function renamed(column: string): string {
  return `replace(${column}, '${nameOf(0)}-', '$name-')`;
}
