import { backfillDueTimes } from './backfill.ts';
import { cellsOf, required, timeValue } from './cells.ts';
import type { Reader } from './reader.ts';
import type { Transactions } from './transactions.ts';

const ID = 1;

/**
 * Notes a run of `sweep`, and returns the start of the period without a gap. The first run in a database sets the due times of waiting
 * operations (backfill.ts). If that fails, the next run counts as the first one.
 */
export async function noteSweep(
  transactions: Transactions,
  reader: Reader,
  now: number,
  maxGapMs: number,
): Promise<number> {
  const [noted] = await reader.read(reader.tables.sweeps, { columns: ['Id'], keys: [[ID]] });
  if (!noted) await backfillDueTimes(transactions, reader);
  return transactions.readWrite(async (within, mutations) => {
    const columns = ['Since', 'Last'];
    const [row] = await within.read(within.tables.sweeps, { columns, keys: [[ID]] });
    const cells = row && cellsOf(row);
    const since = cells ? required(cells.time('Since')) : now;
    const last = cells ? required(cells.time('Last')) : now;
    // A clock that was set back to before the start of the period starts a new period.
    const begin = now - last > maxGapMs || now < since ? now : since;
    mutations.upsert(within.tables.sweeps, { Id: ID, Since: timeValue(begin), Last: timeValue(now) });
    return { commit: true, value: begin };
  });
}

export async function readLastSweepTime(reader: Reader): Promise<number | undefined> {
  const [row] = await reader.read(reader.tables.sweeps, { columns: ['Last'], keys: [[ID]] });
  return row && cellsOf(row).time('Last');
}
