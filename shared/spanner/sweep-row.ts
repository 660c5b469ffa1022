import { cellsOf, required, timeValue } from './cells.ts';
import type { Transactions } from './transactions.ts';

const ID = 1;

/** Notes that `sweep` runs; since when it has run without a gap. */
export async function noteSweep(transactions: Transactions, now: number, maxGapMs: number): Promise<number> {
  return transactions.readWrite(async (reader, mutations) => {
    const columns = ['Since', 'Last'];
    const [row] = await reader.read(reader.tables.sweeps, { columns, keys: [[ID]] });
    const cells = row && cellsOf(row);
    const since = cells ? required(cells.time('Since')) : now;
    const last = cells ? required(cells.time('Last')) : now;
    // A clock that was put back behind the beginning begins anew.
    const begin = now - last > maxGapMs || now < since ? now : since;
    mutations.upsert(reader.tables.sweeps, { Id: ID, Since: timeValue(begin), Last: timeValue(now) });
    return { commit: true, value: begin };
  });
}
