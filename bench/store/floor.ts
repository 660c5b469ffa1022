import { migrate } from '../../local/sqlite/migrations.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import { encodeOperation } from '../../shared/messages/operation.ts';
import { factsOf, running, succeeded } from './workload.ts';

/**
 * Measures what the rows of the workload cost in the SQLite library alone, in operations a second: the same tables, statements
 * that are prepared once, values that are computed before, and `share` operations in each commit.
 */
export async function floorRate(file: string, operations: number, share: number): Promise<number> {
  const connection = openThreadedConnection(file);
  migrate(connection);
  const find = connection.query('SELECT * FROM operations WHERE name = ?');
  const seen = connection.query('SELECT 1 FROM history WHERE operation = ? AND event_id = ?');
  const insert = connection.query<[number]>(
    `INSERT INTO operations (name, message, state, method, labels, create_time, update_time, cancel_request,
       creation_order, history_length) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
  );
  const update = connection.command(
    `UPDATE operations SET message = ?, state = ?, update_time = ?, complete_time = ?, expire_time = ?,
       terminal_event_id = ?, history_length = ? WHERE id = ?`,
  );
  const note = connection.command('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)');
  const post = connection.command('INSERT INTO outbox VALUES (?, ?, ?, 0, ?)');
  const remove = connection.command('DELETE FROM outbox WHERE operation = ? AND effect_id = ?');
  const facts = factsOf('floor');
  const messages = [encodeOperation(running(facts)), encodeOperation(succeeded(facts))] as const;
  const { order = '' } = facts.creation ?? {};
  const time = facts.createTime;

  const steps: readonly ((index: number) => void)[] = [
    (index) => {
      find.first([`operations/${index}`]);
      const values = [messages[0], 'RUNNING', 'bench.v1.Work', '{}', time, time, 'NONE', order, 1];
      const [id = 0] = insert.first([`operations/${index}`, ...values]) ?? [];
      note.run([id, `create-${index}`, 1, 'created', time, time, 'APPLIED']);
    },
    (index) => {
      const [id = 0] = find.first([`operations/${index}`]) ?? [];
      seen.first([id, `succeed-${index}`]);
      update.run([messages[1], 'SUCCEEDED', time, time, time, `succeed-${index}`, 2, id]);
      note.run([id, `succeed-${index}`, 2, 'succeeded', time, time, 'APPLIED']);
      post.run([`operations/${index}`, 'publishCompletion', '{"kind":"publishCompletion"}', time]);
    },
    (index) => {
      remove.run([`operations/${index}`, 'publishCompletion']);
    },
  ];
  const begin = performance.now();
  for (let first = 0; first < operations; first += share) {
    for (const step of steps) {
      connection.transaction(() => {
        for (let index = first; index < first + share; index++) step(index);
      });
      await connection.sync();
    }
  }
  const elapsed = performance.now() - begin;
  connection.close();
  return (operations / elapsed) * 1_000;
}
