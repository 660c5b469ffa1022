import { type Effect, effectId, type OutboxEntry } from '../../shared/lifecycle/effect.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Connection } from './connection.ts';
import { DeferredRows } from './deferred-rows.ts';
import { rowInserts, rowRemovals } from './row-batches.ts';

type Row = readonly [operation: OperationName, effect: string, attempts: number, due: number];

/**
 * Inserts and removals are written at the end of the transaction. Nothing in the transaction reads them, because effects
 * are carried out only after they are committed.
 */
export function outboxTable(connection: Connection) {
  const select = 'SELECT operation, effect, attempts, due FROM outbox';
  const ofOperation = connection.query<Row>(`${select} WHERE operation = ? LIMIT ?`);
  const due = connection.query<Row>(`${select} WHERE due <= ? ORDER BY due LIMIT ?`);
  const nextDue = connection.query<[number | null]>('SELECT MIN(due) FROM outbox');
  const columns = ['operation', 'effect_id', 'effect', 'attempts', 'due'];
  const removals = new DeferredRows(rowRemovals(connection, 'outbox', ['operation', 'effect_id']));
  const inserts = new DeferredRows(rowInserts(connection, 'INSERT OR REPLACE INTO outbox', columns));
  const postpone = connection.command(
    'UPDATE outbox SET attempts = attempts + 1, due = ? WHERE operation = ? AND effect_id = ?',
  );

  return {
    participants: [removals, inserts],
    ofOperation: (name: OperationName, limit = -1): readonly OutboxEntry[] =>
      ofOperation.all([name, limit]).map(entryOf),
    nextDueTime: (): number | undefined => nextDue.first([])?.[0] ?? undefined,
    due: (now: number, limit: number): readonly OutboxEntry[] => due.all([now, limit]).map(entryOf),
    insert(name: OperationName, effects: readonly Effect[], dueTime: number): void {
      for (const effect of effects) inserts.add([name, effectId(effect), JSON.stringify(effect), 0, dueTime]);
    },
    remove(name: OperationName, effects: readonly Effect[]): void {
      for (const effect of effects) removals.add([name, effectId(effect)]);
    },
    postpone(name: OperationName, effect: Effect, dueTime: number): void {
      postpone.run([dueTime, name, effectId(effect)]);
    },
  };
}

function entryOf([operation, effect, attempts, due]: Row): OutboxEntry {
  return { operation, effect: JSON.parse(effect), attempts, due };
}
