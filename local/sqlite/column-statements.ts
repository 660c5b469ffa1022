import type { Command, SqlValue } from './connection.ts';
import { COLUMNS } from './operation-row.ts';

/** The columns of a row that does not exist yet. */
export const NOTHING: readonly null[] = COLUMNS.map(() => null);

/**
 * Writes only the columns whose values changed, because most events change few of them and each one costs time. There is
 * one statement for each set of columns, prepared at its first use.
 */
export function columnStatements(prepare: (columns: readonly string[]) => Command) {
  const statements = new Map<number, Command>();
  return (before: readonly SqlValue[], after: readonly SqlValue[], ...row: readonly SqlValue[]): void => {
    const changed: SqlValue[] = [];
    let set = 0;
    // An iterator over the entries would take longer than the rest of the function.
    for (let index = 0; index < after.length; index++) {
      const value = after[index] as SqlValue;
      if (value === before[index]) continue;
      changed.push(value);
      set |= 1 << index;
    }
    if (set === 0) return;
    let statement = statements.get(set);
    if (!statement) {
      statement = prepare(COLUMNS.filter((_, index) => (set & (1 << index)) !== 0));
      statements.set(set, statement);
    }
    changed.push(...row);
    statement.run(changed);
  };
}
