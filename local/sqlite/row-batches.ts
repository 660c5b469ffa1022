/**
 * Writes many rows with few statements, because a call into the library costs about as much as writing a row.
 *
 * There is a prepared statement for each power of two. Rows are written with the largest statement that they fill.
 */
import type { Command, Connection, SqlValue } from './connection.ts';

export type RowValues = readonly SqlValue[];

/** 32 rows in one statement take half the time of 32 statements. More rows take hardly less. */
const MAX_ROWS = 32;

/**
 * Inserts rows, each as its values in the order of the columns. `insertInto` is the beginning of the statement, up to and
 * including the table.
 */
export function rowInserts(connection: Connection, insertInto: string, columns: readonly string[]) {
  const row = marks(columns);
  return inBatches((count) =>
    connection.command(`${insertInto} (${columns.join(', ')}) VALUES ${repeated(row, count)}`),
  );
}

/** Deletes rows, each given as the values of its primary key. */
export function rowRemovals(connection: Connection, table: string, key: readonly string[]) {
  const one = key.map((column) => `${column} = ?`).join(' AND ');
  const row = marks(key);
  return inBatches((count) => {
    const many = `(${key.join(', ')}) IN (VALUES ${repeated(row, count)})`;
    return connection.command(`DELETE FROM ${table} WHERE ${count === 1 ? one : many}`);
  });
}

function inBatches(prepare: (rows: number) => Command): (rows: readonly RowValues[]) => void {
  const statements = new Map<number, Command>();
  return (rows) => {
    for (let done = 0, count = MAX_ROWS; done < rows.length; ) {
      while (count > rows.length - done) count /= 2;
      let statement = statements.get(count);
      if (!statement) {
        statement = prepare(count);
        statements.set(count, statement);
      }
      statement.run(count === 1 ? (rows[done] ?? []) : valuesOf(rows, done, count));
      done += count;
    }
  };
}

/** Like `flat`, which took longer than SQLite. */
function valuesOf(rows: readonly RowValues[], from: number, count: number): SqlValue[] {
  const width = rows[from]?.length ?? 0;
  const values: SqlValue[] = new Array(count * width);
  for (let row = 0; row < count; row++) {
    const source = rows[from + row] as RowValues;
    for (let column = 0; column < width; column++) {
      values[row * width + column] = source[column] as SqlValue;
    }
  }
  return values;
}

function marks(columns: readonly string[]): string {
  return `(${columns.map(() => '?').join(', ')})`;
}

function repeated(row: string, count: number): string {
  return Array.from({ length: count }, () => row).join(', ');
}
