import { type Effect, effectId, type OutboxEntry } from '../../shared/lifecycle/effect.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Connection } from './connection.ts';
import { DeferredEntries } from './deferred-entries.ts';
import { rowInserts, rowRemovals } from './row-batches.ts';

type Row = readonly [operation: OperationName, effect: string, attempts: number, due: number];

/**
 * Inserts and removals are deferred to the end of the transaction, or to the first read of the table. An entry whose effect is
 * carried out before that is never written.
 */
export function outboxTable(connection: Connection) {
  const select = 'SELECT operation, effect, attempts, due FROM outbox';
  const ofOperation = connection.query<Row>(`${select} WHERE operation = ? LIMIT ?`);
  const due = connection.query<Row>(`${select} WHERE due <= ? ORDER BY due LIMIT ?`);
  const nextDue = connection.query<[number | null]>('SELECT MIN(due) FROM outbox');
  const columns = ['operation', 'effect_id', 'effect', 'attempts', 'due'];
  const entries = new DeferredEntries<string>(
    connection,
    rowInserts(connection, 'INSERT OR REPLACE INTO outbox', columns),
    rowRemovals(connection, 'outbox', ['operation', 'effect_id']),
  );
  const postpone = connection.command(
    'UPDATE outbox SET attempts = attempts + 1, due = ? WHERE operation = ? AND effect_id = ?',
  );

  return {
    participants: [entries],
    /** Writes the deferred inserts and removals. */
    write: () => entries.end(),
    ofOperation(name: OperationName, limit = -1): readonly OutboxEntry[] {
      entries.end();
      return ofOperation.all([name, limit]).map(entryOf);
    },
    nextDueTime(): number | undefined {
      entries.end();
      return nextDue.first([])?.[0] ?? undefined;
    },
    due(now: number, limit: number): readonly OutboxEntry[] {
      entries.end();
      return due.all([now, limit]).map(entryOf);
    },
    insert(name: OperationName, effects: readonly Effect[], dueTime: number): void {
      for (const effect of effects) {
        const id = effectId(effect);
        entries.insert(keyOf(name, id), [name, id, JSON.stringify(effect), 0, dueTime]);
      }
    },
    remove(name: OperationName, effects: readonly Effect[]): void {
      for (const effect of effects) {
        const id = effectId(effect);
        entries.remove(keyOf(name, id), [name, id]);
      }
    },
    postpone(name: OperationName, effect: Effect, dueTime: number): void {
      entries.end();
      postpone.run([dueTime, name, effectId(effect)]);
    },
  };
}

/** Names of operations have no space in them. */
function keyOf(name: OperationName, id: string): string {
  return `${name} ${id}`;
}

function entryOf([operation, effect, attempts, due]: Row): OutboxEntry {
  return { operation, effect: JSON.parse(effect), attempts, due };
}
