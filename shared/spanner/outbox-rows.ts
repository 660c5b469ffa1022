import { type Effect, effectId, type OutboxEntry } from '../lifecycle/effect.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { type Cells, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import { prefix, type Reader } from './reader.ts';
import { earliestQuery } from './shards.ts';
import type { Transactions } from './transactions.ts';

const COLUMNS = ['key', 'EffectId', 'Effect', 'Attempts', 'Due'];

export async function readOutbox(
  reader: Reader,
  name: OperationName,
  limit?: number,
): Promise<readonly OutboxEntry[]> {
  const ranges = [prefix([name])];
  const rows = await reader.read(reader.tables.outbox, { columns: COLUMNS, ranges, limit });
  return rows.map((row) => entryOf(cellsOf(row)));
}

/** Reads due entries, the longest overdue first. */
export async function readDueEffects(
  reader: Reader,
  now: number,
  limit: number,
): Promise<readonly OutboxEntry[]> {
  const { outbox: table, outboxByDue: index } = reader.tables;
  const rows = await reader.query(
    earliestQuery({
      table,
      index,
      time: 'Due',
      key: ['key', 'EffectId'],
      columns: COLUMNS,
      until: now,
      limit,
    }),
  );
  return rows.map((row) => entryOf(cellsOf(row)));
}

/** Does nothing if the effect was carried out meanwhile. */
export async function postponeEffect(
  transactions: Transactions,
  name: OperationName,
  effect: Effect,
  due: number,
): Promise<void> {
  await transactions.readWrite(async (reader, mutations) => {
    const keys = [[name, effectId(effect)]];
    const [row] = await reader.read(reader.tables.outbox, { columns: ['Attempts'], keys });
    if (row) {
      const attempts = required(cellsOf(row).int('Attempts'));
      mutations.update(reader.tables.outbox, {
        key: name,
        EffectId: effectId(effect),
        Attempts: attempts + 1,
        Due: timeValue(due),
      });
    }
    return { commit: row !== undefined, value: undefined };
  });
}

export function outboxValues(name: OperationName, effect: Effect, due: number): RowValues {
  return {
    key: name,
    EffectId: effectId(effect),
    Effect: JSON.stringify(effect),
    Attempts: 0,
    Due: timeValue(due),
  };
}

function entryOf(cells: Cells): OutboxEntry {
  return {
    operation: required(cells.text('key')) as OperationName,
    effect: required(cells.json('Effect')) as Effect,
    attempts: required(cells.int('Attempts')),
    due: required(cells.time('Due')),
  };
}
