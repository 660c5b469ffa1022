/** Measures a page of a list while the number of operations grows: constant with an index, growing with a scan. */
import { openSqliteStore } from '../../local/sqlite/store.ts';
import type { EventOrder } from '../../shared/lifecycle/event-order.ts';
import type { Operation } from '../../shared/lifecycle/operation.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { parseFilter } from '../../shared/operations-api/filter/filter.ts';
import { listOperations } from '../../shared/orchestrator/list-operations.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { changeOf, factsOf, running, succeeded } from '../store/workload.ts';
import { median, printTable } from '../table.ts';

const SIZES = [1_000, 10_000, 50_000];
const PAGE = 50;
const REPEATS = 30;
const START = Date.UTC(2025, 0, 1);

/** One in a hundred operations still runs, one in fifty has the same parent, and one in ten has the same method. */
function operationOf(index: number): Operation {
  const facts = factsOf(`op-${index}`);
  const value = {
    method: `bench.v1.M${index % 10}`,
    parent: operationName(`parent-${index % 50}`),
    labels: { tenant: String(index % 1_000) },
  };
  const order = `0/${index}` as EventOrder;
  const created = { ...facts, createTime: START + index * 1_000, creation: { value, order } };
  return index % 100 === 0 ? running(created) : succeeded(created);
}

const FILTERS = [
  '',
  'state = RUNNING',
  'done = true AND method = "bench.v1.M3"',
  'parent = "operations/parent-0"',
  `createTime > ${new Date(START + 500_000).toISOString()}`,
  'labels.tenant = "7"',
];

export async function run(): Promise<void> {
  const columns: number[][] = [];
  for (const size of SIZES) columns.push(await measured(size));
  const headers = ['filter', ...SIZES.map((size) => `${size} operations`)];
  const rows = FILTERS.map((filter, row) => [
    filter || '(none)',
    ...columns.map((column) => (column[row] ?? Number.NaN).toFixed(2)),
  ]);
  console.log(
    `First page of ${PAGE} on SQLite, median of ${REPEATS}, in milliseconds. A label has no index.`,
  );
  printTable(headers, rows);
}

async function measured(size: number): Promise<number[]> {
  const store = await openSqliteStore();
  try {
    await fill(store, size);
    const times: number[] = [];
    for (const filter of FILTERS) times.push(await timeOf(store, filter));
    return times;
  } finally {
    await store.close();
  }
}

async function fill(store: OperationStore, size: number): Promise<void> {
  for (let from = 0; from < size; from += 500) {
    const batch = Array.from({ length: Math.min(500, size - from) }, (_, index) => operationOf(from + index));
    await Promise.all(
      batch.map((operation) =>
        store.commit({ operation: operation.name, eventId: 'e' }, () => ({
          ...changeOf(operation, 'e'),
          effects: [],
        })),
      ),
    );
  }
}

async function timeOf(store: OperationStore, filter: string): Promise<number> {
  const condition = parseFilter(filter);
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const start = performance.now();
    await listOperations({ store }, { condition, limit: PAGE });
    times.push(performance.now() - start);
  }
  return median(times);
}
