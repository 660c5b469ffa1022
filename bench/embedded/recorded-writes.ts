/** Records the writes of a connection, so that a benchmark can repeat them as bare transactions. */
import type { Command, Connection, Query, SqlValue } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';

interface Write {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Whether the statement returns rows. */
  readonly returns: boolean;
}

/** The writes of one transaction, or a statement that creates a table. */
type Step = readonly Write[] | string;

/** Matches a query that also writes. */
const WRITES = /^\s*(INSERT|UPDATE|DELETE)/;

export class RecordedWrites {
  readonly #steps: Step[] = [];
  /** The writes of the open transaction. */
  #writes: Write[] = [];
  #timedFrom = 0;

  /** Returns the connection. All writes on it are recorded. */
  record(connection: Connection): Connection {
    const note = (sql: string, values: readonly SqlValue[], returns: boolean) => {
      this.#writes.push({ sql, values, returns });
    };
    return {
      ...connection,
      query: <Row extends readonly SqlValue[]>(sql: string): Query<Row> => {
        const query = connection.query<Row>(sql);
        if (!WRITES.test(sql)) return query;
        return {
          ...query,
          first(values) {
            note(sql, values, true);
            return query.first(values);
          },
          all(values) {
            note(sql, values, true);
            return query.all(values);
          },
        };
      },
      command: (sql) => {
        const command = connection.command(sql);
        return {
          run(values) {
            note(sql, values, false);
            return command.run(values);
          },
        };
      },
      execute: (sql) => {
        this.#steps.push(sql);
        connection.execute(sql);
      },
      begin: () => {
        this.#writes = [];
        connection.begin();
      },
      commit: () => {
        connection.commit();
        this.#steps.push(this.#writes);
      },
      transaction: (run) => {
        this.#writes = [];
        const value = connection.transaction(run);
        this.#steps.push(this.#writes);
        return value;
      },
    };
  }

  /** Starts the timed part: `repeat` times only the writes that are recorded after this call. */
  mark(): void {
    this.#timedFrom = this.#steps.length;
  }

  /**
   * Repeats the writes in a new database, in the same transactions, each of which is on disk before the next begins. Resolves
   * with the seconds.
   */
  async repeat(file: string): Promise<number> {
    const connection = openDatabase(file);
    const perform = performer(connection);
    for (const step of this.#steps.slice(0, this.#timedFrom)) perform(step);
    const timed = this.#steps.slice(this.#timedFrom);
    const begin = performance.now();
    for (const step of timed) {
      perform(step);
      await connection.sync();
    }
    const seconds = (performance.now() - begin) / 1_000;
    connection.close();
    return seconds;
  }
}

function performer(connection: Connection): (step: Step) => void {
  const commands = new Map<string, Command>();
  const queries = new Map<string, Query<[]>>();
  const perform = ({ sql, values, returns }: Write) => {
    if (returns) cached(queries, sql, () => connection.query<[]>(sql)).first(values);
    else cached(commands, sql, () => connection.command(sql)).run(values);
  };
  return (step) => {
    if (typeof step === 'string') connection.execute(step);
    else connection.transaction(() => step.forEach(perform));
  };
}

function cached<T>(all: Map<string, T>, key: string, make: () => T): T {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = make();
  all.set(key, made);
  return made;
}
