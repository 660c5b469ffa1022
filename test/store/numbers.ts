import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';

/** The thread refuses numbers from this one on. The main thread learns of it only with the commit, or with the next question. */
export const BROKEN = 1_000;

/** Opens a commit queue on a table of numbers, in a file. `columns`: those of the table, of which `n` is one. */
export function openNumbers(file: string, columns: string) {
  const connection = openThreadedConnection(file);
  connection.execute(`CREATE TABLE IF NOT EXISTS numbers (${columns}) STRICT`);
  connection.execute(`CREATE TRIGGER IF NOT EXISTS refusal BEFORE INSERT ON numbers WHEN NEW.n >= ${BROKEN}
    BEGIN SELECT RAISE(ABORT, 'this number cannot be written'); END`);
  const add = connection.command('INSERT INTO numbers (n) VALUES (?)');
  const all = connection.query<[number]>('SELECT n FROM numbers ORDER BY n');
  const queue = new CommitQueue(connection);
  return {
    connection,
    queue,
    add: (n: number) => add.run([n]),
    insert: (n: number) => queue.run(() => add.run([n])),
    stored: () => all.all([]).map(([n]) => n),
    close() {
      queue.close();
      connection.close();
    },
  };
}
