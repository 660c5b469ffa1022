import { type Effect, effectId, type OutboxEntry } from '../lifecycle/effect.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { type Cells, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import { prefix, type Reader } from './reader.ts';
import { readEarliest } from './shards.ts';
import type { Transactions } from './transactions.ts';

const COLUMNS = ['key', 'EffectId', 'Effect', 'Attempts', 'Due'];

export async function readOutbox(reader: Reader, name: OperationName): Promise<readonly OutboxEntry[]> {
  const rows = await reader.read(reader.tables.outbox, { columns: COLUMNS, ranges: [prefix([name])] });
  return rows.map((row) => entryOf(cellsOf(row)));
}

/** Those that are longest due, in no order. */
export async function readDueEffects(
  reader: Reader,
  now: number,
  limit: number,
): Promise<readonly OutboxEntry[]> {
  const due = await readEarliest(reader, {
    table: reader.tables.outbox,
    index: reader.tables.outboxByDue,
    columns: ['key', 'EffectId'],
    time: 'Due',
    before: now + 1,
    limit,
  });
  if (due.length === 0) return [];
  const keys = due.map((cells) => [required(cells.text('key')), required(cells.text('EffectId'))]);
  const rows = await reader.read(reader.tables.outbox, { columns: COLUMNS, keys });
  return rows.map((row) => entryOf(cellsOf(row)));
}

/** Fine where the effect was carried out meanwhile. */
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
        ...{ key: name, EffectId: effectId(effect), Attempts: attempts + 1, Due: timeValue(due) },
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
