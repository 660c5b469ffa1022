/**
 * What an event costs on the Spanner emulator beside a bare transaction with the same mutations: the client library alone,
 * with a read of one row by its key and the commit; and beside the same transaction with the event's own query. They take
 * turns, so that whatever else the machine does meets all. The emulator analyzes the text of a query anew at each call.
 */
import { randomUUID } from 'node:crypto';
import { Spanner } from '@google-cloud/spanner';
import { Transaction } from '@google-cloud/spanner/build/src/transaction.js';
import { startSpannerEmulator } from '../../local/emulators/spanner.ts';
import { type OperationName, operationName } from '../../shared/lifecycle/operation-name.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import { headerAt } from '../../shared/orchestrator/event-header.ts';
import { DEFAULT_POLICY, type Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import { NO_TIMER } from '../../shared/orchestrator/ports/timer.ts';
import { applySchema } from '../../shared/spanner/schema.ts';
import { openSpannerStore } from '../../shared/spanner/store.ts';
import { median, printTable } from '../table.ts';

const ROUNDS = 200;
const WARM_UP = 50;
const LOCATION = { project: 'bench', instance: 'lro', database: 'lro' };

export async function run(): Promise<void> {
  const emulator = await startSpannerEmulator();
  if (!emulator) {
    console.log('left out: it needs the Spanner emulator of gcloud');
    return;
  }
  process.env.SPANNER_EMULATOR_HOST = emulator.host;
  await applySchema(LOCATION);
  const store = await openSpannerStore(LOCATION);
  const spanner = new Spanner({ projectId: LOCATION.project, ...{ disableBuiltInMetrics: true } });
  const database = spanner.instance(LOCATION.instance).database(LOCATION.database);
  try {
    const orchestrator = orchestratorOn(store);
    const rows = [];
    for (const kind of ['created', 'progressed'] as const) {
      rows.push([kind, ...(await compare(orchestrator, database, kind))]);
    }
    console.log('Milliseconds, medians of calls in turns.');
    const heads = [
      'event',
      'event',
      'bare, one row',
      'bare, the query of the event',
      'to one row',
      'to its query',
    ];
    printTable(heads, rows);
  } finally {
    await store.close();
    await database.close();
    spanner.close();
    await emulator.stop();
  }
}

type Database = ReturnType<ReturnType<Spanner['instance']>['database']>;

async function compare(orchestrator: Orchestrator, database: Database, kind: 'created' | 'progressed') {
  const events: number[] = [];
  const bare: number[] = [];
  const asked: number[] = [];
  let name = await created(orchestrator);
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    let sent: Sent = { mutations: [], queries: [] };
    const inEvent = await timed(async () => {
      sent = await sentBy(async () => {
        if (kind === 'created') name = await created(orchestrator);
        else await progressed(orchestrator, name);
      });
    });
    const oneRow = { sql: 'SELECT State FROM Operations WHERE key = @name', params: { name } };
    const [own = oneRow] = sent.queries;
    const again = () => repeated(sent.mutations, kind === 'created' ? name : undefined);
    const [first, second] = [again(), again()];
    const inBare = await timed(() => bareTransaction(database, oneRow, first));
    const inAsked = await timed(() => bareTransaction(database, own, second));
    if (round < WARM_UP) continue;
    events.push(inEvent);
    bare.push(inBare);
    asked.push(inAsked);
  }
  const [event, floor, query] = [median(events), median(bare), median(asked)];
  return [event, floor, query, event / floor, event / query].map((value) => value.toFixed(2));
}

async function bareTransaction(
  database: Database,
  query: Query,
  mutations: readonly object[],
): Promise<void> {
  const [transaction] = await database.getTransaction();
  transaction.useInRunner();
  try {
    await transaction.run(query);
    queueOf(transaction).push(...mutations);
    await transaction.commit();
  } finally {
    transaction.end();
  }
}

type Query = Exclude<Parameters<Transaction['run']>[0], string>;

interface Sent {
  readonly mutations: object[];
  readonly queries: Query[];
}

/** Returns the mutations that the transactions of `work` send. */
async function sentBy(work: () => Promise<unknown>): Promise<Sent> {
  const sent: Sent = { mutations: [], queries: [] };
  const { commit, run: query } = Transaction.prototype;
  type Call = (...given: unknown[]) => unknown;
  Transaction.prototype.commit = function watched(this: Transaction, ...args: unknown[]) {
    sent.mutations.push(...queueOf(this));
    return (commit as Call).apply(this, args);
  } as typeof commit;
  Transaction.prototype.run = function watched(this: Transaction, ...args: unknown[]) {
    sent.queries.push(args[0] as Query);
    return (query as Call).apply(this, args);
  } as typeof query;
  try {
    await work();
  } finally {
    Transaction.prototype.commit = commit;
    Transaction.prototype.run = query;
  }
  return sent;
}

/** Reads the queued mutations of the client library, which has no public access to them. */
function queueOf(transaction: Transaction): object[] {
  return (transaction as unknown as { _queuedMutations: object[] })._queuedMutations;
}

/** Returns the same mutations for other rows: of another event, and of another operation if they create the operation `name`. */
function repeated(mutations: readonly object[], name: string | undefined): readonly object[] {
  const suffix = randomUUID().slice(0, 8);
  const other = name && Buffer.from(`${name.slice(0, -8)}${suffix}`);
  const visit = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (/^event-/.test(value)) return `event-${suffix}${value.slice(14)}`;
      return name ? withName(value, name, String(other)) : value;
    }
    if (Array.isArray(value)) return value.map(visit);
    if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(mutations) as readonly object[];
}

/** Also replaces the name in base64 messages, where it has the same length and position. */
function withName(value: string, name: string, other: string): string {
  if (value.includes(name)) return value.replaceAll(name, other);
  const bytes = Buffer.from(value, 'base64');
  const at = bytes.indexOf(name);
  if (at < 0) return value;
  bytes.write(other, at);
  return bytes.toString('base64');
}

async function created(orchestrator: Orchestrator): Promise<OperationName> {
  const name = operationName(`bench-${randomUUID()}`);
  await applyEvent(orchestrator, {
    ...headerAt(Date.now(), name, `event-${randomUUID()}`),
    type: 'created',
    creation: { method: 'bench.v1.Work', labels: {} },
  });
  return name;
}

async function progressed(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  await applyEvent(orchestrator, {
    ...headerAt(Date.now(), name, `event-${randomUUID()}`),
    type: 'progressed',
    metadata: { typeUrl: 'bench/Metadata', value: new Uint8Array(32) },
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function orchestratorOn(store: Orchestrator['store']): Orchestrator {
  const done = async () => {};
  return createOrchestrator({
    store,
    publisher: { publishCompletion: done, publishSignal: done, publishDeadLetter: done, close: done },
    launcher: { launch: async () => '', isRunning: async () => false, stop: done, close: done },
    resumeCaller: { call: done },
    now: Date.now,
    random: Math.random,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    timer: NO_TIMER,
    policy: { ...DEFAULT_POLICY },
  });
}
