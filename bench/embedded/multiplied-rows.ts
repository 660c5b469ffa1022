/**
 * The rows of a database once more under other names, by SQL over the store's schema: the operations, histories, waits and children
 * that the system wrote itself, much faster than it could write them.
 */
import type { Connection } from '../../local/sqlite/connection.ts';

/** The difference between the row numbers of two copies: more than the number of rows of any table of the first copy. */
const STEP = 1_000_000;

/**
 * The prefix of the names of a copy. It has the same length for each copy, because the encoded message contains the length of the
 * name.
 */
export function nameOf(copy: number): string {
  return `fill${String(copy).padStart(3, '0')}`;
}

/** The tables with rows of finished operations, and the SQL that derives a column of a copy from the first one. */
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

/** Writes the rows of copy 0 again, as copy number `copy`. */
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
