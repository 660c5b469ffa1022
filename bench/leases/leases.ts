/**
 * Measures the cost of leases on SQLite in memory: a heartbeat compared with an event, and a run of `sweep` while more and more
 * leases are open that are not due. Publishes and launches return at once, so only the orchestrator and its store are measured.
 */
import pMap from 'p-map';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import { type OperationName, operationName } from '../../shared/lifecycle/operation-name.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import { headerAt } from '../../shared/orchestrator/event-header.ts';
import { heartbeatOperation } from '../../shared/orchestrator/heartbeat-operation.ts';
import { DEFAULT_POLICY, type Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { NO_TIMER } from '../../shared/orchestrator/ports/timer.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { median, printTable } from '../table.ts';

const OPEN_LEASES = [1_000, 10_000, 100_000];
const CALLS = 5_000;
const SWEEPS = 30;
const CONCURRENCY = { concurrency: 100 };
/** A worker sends three heartbeats for each lease. */
const HEARTBEATS_A_LEASE = 3;

export async function run(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const open of OPEN_LEASES) rows.push(await measured(open));
  console.log('Microseconds of wall time a call, milliseconds a run of sweep (median), nothing being due.');
  printTable(['open leases', 'heartbeat µs', 'progressed µs', 'heartbeat ÷ event', 'sweep ms'], rows);
  const seconds = DEFAULT_DISPATCH.leaseMs / 1000;
  const writes = (10_000 * HEARTBEATS_A_LEASE) / seconds;
  console.log(
    `10,000 running operations with a lease of ${seconds} s make ${writes} writes a second, one row each.`,
  );
}

async function measured(open: number): Promise<(string | number)[]> {
  const store = await openSqliteStore();
  const orchestrator = orchestratorOn(store);
  const names = Array.from({ length: open }, (_, index) => operationName(`lease-${index}`));
  await pMap(names, (name) => begin(orchestrator, name), CONCURRENCY);
  const some = Array.from({ length: CALLS }, (_, index) => names[(index * 7) % open] as OperationName);
  const heartbeat = await timed(some, (operation) =>
    heartbeatOperation(orchestrator, { operation, attempt: 1, worker: 'w' }),
  );
  let events = 0;
  const event = await timed(some, (operation) =>
    applyEvent(orchestrator, {
      ...headerAt(Date.now(), operation, `p-${events++}`),
      ...{ attempt: 1, worker: 'w', type: 'progressed' },
      metadata: { typeUrl: 'bench/Metadata', value: new Uint8Array(32) },
    }),
  );
  const sweeps: number[] = [];
  for (let index = 0; index < SWEEPS; index++) {
    const start = performance.now();
    await sweep(orchestrator);
    sweeps.push(performance.now() - start);
  }
  await store.close();
  return [
    open,
    heartbeat.toFixed(0),
    event.toFixed(0),
    (heartbeat / event).toFixed(2),
    median(sweeps).toFixed(2),
  ];
}

/** Creates the operation and takes it as its worker. */
async function begin(orchestrator: Orchestrator, operation: OperationName): Promise<void> {
  await applyEvent(orchestrator, {
    ...headerAt(Date.now(), operation, 'create'),
    type: 'created',
    creation: { method: 'bench.v1.Work', labels: {}, dispatch: { ...DEFAULT_DISPATCH, leaseMs: 3_600_000 } },
  });
  await heartbeatOperation(orchestrator, { operation, attempt: 1, worker: 'w' });
}

/** Resolves with microseconds for each call, with many concurrent calls. */
async function timed(
  names: readonly OperationName[],
  call: (name: OperationName) => Promise<unknown>,
): Promise<number> {
  const start = performance.now();
  await pMap(names, call, CONCURRENCY);
  return ((performance.now() - start) * 1_000) / names.length;
}

function orchestratorOn(store: OperationStore): Orchestrator {
  const nothing = async () => {};
  return createOrchestrator({
    store,
    publisher: {
      publishCompletion: nothing,
      publishSignal: nothing,
      publishDeadLetter: nothing,
      close: nothing,
    },
    launcher: { launch: async () => 'execution', isRunning: async () => true, stop: nothing, close: nothing },
    resumeCaller: { call: nothing },
    timer: NO_TIMER,
    now: Date.now,
    random: Math.random,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    policy: DEFAULT_POLICY,
  });
}
