/** One run of an operation under one schedule, in its own system. */
import { operationsOf } from '../../shared/client/create-operations.ts';
import type { CreateOptions, Definition } from '../../shared/client/definition.ts';
import { HttpApi } from '../../shared/client/http-api.ts';
import type { OperationResource } from '../../shared/client/operation-resource.ts';
import { SIGNALS_SUBSCRIPTION } from '../../shared/pubsub/topology.ts';
import type { WorkerSpec } from '../../shared/worker/operation.ts';
import { BusSource } from '../bus-source.ts';
import { inProcessFetch, TEST_URL } from '../in-process-fetch.ts';
import { TestClock } from '../test-clock.ts';
import { startVirtualSystem } from '../virtual-system.ts';
import type { Schedule } from './schedule.ts';
import { WorkerProcess } from './worker-process.ts';

export interface RunRequest {
  readonly of: Definition<any, any, any, any>;
  readonly input: unknown;
  readonly options: CreateOptions;
  readonly workers: readonly WorkerSpec[];
  readonly allowedHosts: readonly string[] | undefined;
  readonly schedule: Schedule;
}

export interface Outcome {
  /** The operation. It is not done if no timer, message or call was left that could end it. */
  readonly operation: OperationResource;
  /** The number of operations at the end, by method and state. */
  readonly operations: Readonly<Record<string, number>>;
}

const OPERATION_ID = 'explored';
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
/** The limit of one run, in milliseconds of virtual time: longer than any timeout. */
const END_MS = 10 * 365 * 86_400_000;

export async function runOnce({
  of,
  input,
  options,
  workers,
  allowedHosts,
  schedule,
}: RunRequest): Promise<Outcome> {
  const clock = new TestClock();
  const system = await startVirtualSystem(clock, () => 0.5, allowedHosts);
  const api = new HttpApi({ url: TEST_URL, fetch: inProcessFetch(system.orchestrator, () => clock.hold()) });
  const client = operationsOf(api);
  const publish = async (data: Uint8Array) => {
    await system.bus.publish('operation-lifecycle', [{ data, attributes: {} }]);
  };
  let started = 0;
  const processes: WorkerProcess[] = [];
  /** Two processes run at a time: the first one works, and the second one receives duplicates. */
  const startProcess = async () => {
    const process = new WorkerProcess(`worker-${++started}`, {
      workers,
      api,
      publish,
      clock,
      schedule,
      log: SILENT,
      died: () => {
        processes.splice(processes.indexOf(process), 1);
        void startProcess();
        source.release();
      },
    });
    processes.push(process);
    return process;
  };
  const source = new BusSource(system.bus, SIGNALS_SUBSCRIPTION);
  await startProcess();
  await startProcess();
  await source.start({
    get capacity() {
      return processes[0]?.pool.capacity ?? 0;
    },
    onCapacity: () => {},
    receive: (message) => processes[0]?.receive(message, processes[1]),
  });
  try {
    const { name } = await client.create(of, input as never, { ...options, operationId: OPERATION_ID });
    await clock.passUntil(async () => (await client.get(name)).done, clock.now() + END_MS);
    const operation = await client.get(name);
    // Children that no parent waits for may still run. They get time to end, because the outcome counts every operation.
    await clock.passUntil(() => false, clock.now() + SETTLE_MS);
    const operations: Record<string, number> = {};
    for await (const one of client.list()) {
      const { method = '', state = '' } = await inspected(api, one.name);
      const key = `${method} ${state}`;
      operations[key] = (operations[key] ?? 0) + 1;
    }
    return { operation, operations };
  } finally {
    await source.stop();
    for (const process of processes) process.isDead = true;
    await system.stop();
  }
}

/** How long other operations may run after the end of the operation, in milliseconds of virtual time. */
const SETTLE_MS = 7_200_000;

function inspected(api: HttpApi, name: string): Promise<{ method?: string; state?: string }> {
  return api.call('GET', `/v1/${name}:inspect`, undefined, { idempotent: true });
}
