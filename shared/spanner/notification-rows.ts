import type { OperationName } from '../lifecycle/operation-name.ts';
import type { KeptNotification, NewNotification } from '../lifecycle/outcome.ts';
import type { WaitRef } from '../lifecycle/wait.ts';
import type { TakenNotification } from '../orchestrator/ports/waits.ts';
import { decodeAny, encodeAny } from '../records/any-record.ts';
import { bytesValue, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import { type Key, prefix, type Reader } from './reader.ts';

/** Reads the notifications that no wait has taken, in the order in which they were applied. */
export async function readKept(reader: Reader, name: OperationName): Promise<readonly KeptNotification[]> {
  const positions = await readPositions(reader, [name, null]);
  if (positions.length === 0) return [];
  const keys = positions.map((position) => [name, position]);
  const rows = await reader.read(reader.tables.notifications, { columns: ['Position', 'Name'], keys });
  return rows
    .map(cellsOf)
    .map((cells) => ({ position: required(cells.int('Position')), name: required(cells.text('Name')) }))
    .sort(byPosition);
}

export async function readTaken(
  reader: Reader,
  { operation, waitId }: WaitRef,
): Promise<readonly TakenNotification[]> {
  const positions = await readPositions(reader, [operation, waitId]);
  if (positions.length === 0) return [];
  const keys = positions.map((position) => [operation, position]);
  const columns = ['Position', 'Name', 'Payload', 'ApplyTime'];
  const rows = await reader.read(reader.tables.notifications, { columns, keys });
  return rows
    .map(cellsOf)
    .map((cells) => ({ cells, position: required(cells.int('Position')) }))
    .sort(byPosition)
    .map(({ cells }) => {
      const payload = cells.bytes('Payload');
      return {
        name: required(cells.text('Name')),
        payload: payload && decodeAny(payload),
        time: required(cells.time('ApplyTime')),
      };
    });
}

async function readPositions(reader: Reader, key: Key): Promise<readonly number[]> {
  const index = reader.tables.notificationsByWait;
  const rows = await reader.read(reader.tables.notifications, {
    index,
    columns: ['Position'],
    ranges: [prefix(key)],
  });
  return rows.map((row) => required(cellsOf(row).int('Position')));
}

function byPosition(one: { readonly position: number }, other: { readonly position: number }): number {
  return one.position - other.position;
}

export function notificationValues(
  key: OperationName,
  position: number,
  { name, payload }: NewNotification,
  time: number,
): RowValues {
  return {
    key,
    Position: position,
    Name: name,
    ApplyTime: timeValue(time),
    WaitId: null,
    Payload: payload ? bytesValue(encodeAny(payload)) : null,
  };
}
