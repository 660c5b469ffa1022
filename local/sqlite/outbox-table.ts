import { type Effect, effectId, type OutboxEntry } from '../../shared/lifecycle/effect.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Connection } from './connection.ts';

type Row = readonly [operation: OperationName, effect: string, attempts: number, due: number];

const OPERATION = '(SELECT id FROM operations WHERE name = ?)';

export function outboxTable(connection: Connection) {
  const select = `SELECT operations.name, effect, attempts, due
    FROM outbox JOIN operations ON operations.id = outbox.operation`;
  const ofOperation = connection.query<Row>(`${select} WHERE outbox.operation = ${OPERATION}`);
  const due = connection.query<Row>(`${select} WHERE due <= ? ORDER BY due LIMIT ?`);
  const insert = connection.command(
    'INSERT OR REPLACE INTO outbox (operation, effect_id, effect, attempts, due) VALUES (?, ?, ?, 0, ?)',
  );
  const remove = connection.command(`DELETE FROM outbox WHERE operation = ${OPERATION} AND effect_id = ?`);
  const postpone = connection.command(
    `UPDATE outbox SET attempts = attempts + 1, due = ? WHERE operation = ${OPERATION} AND effect_id = ?`,
  );

  return {
    ofOperation: (name: OperationName): readonly OutboxEntry[] => ofOperation.all([name]).map(entryOf),
    due: (now: number, limit: number): readonly OutboxEntry[] => due.all([now, limit]).map(entryOf),
    insert(operation: number, effects: readonly Effect[], dueTime: number): void {
      for (const effect of effects) {
        insert.run([operation, effectId(effect), JSON.stringify(effect), dueTime]);
      }
    },
    remove(name: OperationName, effects: readonly Effect[]): void {
      for (const effect of effects) remove.run([name, effectId(effect)]);
    },
    postpone(name: OperationName, effect: Effect, dueTime: number): void {
      postpone.run([dueTime, name, effectId(effect)]);
    },
  };
}

function entryOf([operation, effect, attempts, due]: Row): OutboxEntry {
  return { operation, effect: JSON.parse(effect), attempts, due };
}
