import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type {
  BegunWait,
  KeptNotification,
  NewNotification,
  TakenNotifications,
} from '../../shared/lifecycle/outcome.ts';
import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import type { TakenNotification } from '../../shared/orchestrator/ports/waits.ts';
import { decodeAny, encodeAny } from '../../shared/records/any-record.ts';
import type { Connection } from './connection.ts';

const OF_OPERATION = 'operation = (SELECT id FROM operations WHERE name = ?)';

/** The notifications of an operation: the kept ones, and those that its waits have taken. */
export function notificationTable(connection: Connection) {
  const insert = connection.command(
    'INSERT INTO notifications (operation, position, name, payload, time) VALUES (?, ?, ?, ?, ?)',
  );
  const take = connection.command(
    'UPDATE notifications SET wait_id = ? WHERE operation = ? AND position = ?',
  );
  const kept = connection.query<[number, string]>(
    `SELECT position, name FROM notifications WHERE ${OF_OPERATION} AND wait_id IS NULL ORDER BY position`,
  );
  const taken = connection.query<[string, Uint8Array | null, number]>(
    `SELECT name, payload, time FROM notifications WHERE ${OF_OPERATION} AND wait_id = ? ORDER BY position`,
  );

  return {
    insert(operation: number, position: number, { name, payload }: NewNotification, time: number): void {
      insert.run([operation, position, name, payload ? encodeAny(payload) : null, time]);
    },
    /** Notifications that a rerun takes over from an earlier operation come before its other notifications. */
    insertTaken(operation: number, { wait, taken = [] }: BegunWait): void {
      for (const [index, { time, ...notification }] of taken.entries()) {
        const position = index - taken.length;
        this.insert(operation, position, notification, time);
        take.run([wait.waitId, operation, position]);
      }
    },
    take(operation: number, { waitId, positions }: TakenNotifications): void {
      for (const position of positions) take.run([waitId, operation, position]);
    },
    /** Returns the notifications that no wait has taken, in the order in which they were applied. */
    kept: (name: OperationName): readonly KeptNotification[] =>
      kept.all([name]).map(([position, itsName]) => ({ position, name: itsName })),
    taken: ({ operation, waitId }: WaitRef): readonly TakenNotification[] =>
      taken
        .all([operation, waitId])
        .map(([name, payload, time]) => ({ name, time, payload: payload ? decodeAny(payload) : undefined })),
  };
}
