/** The whole system in one process, on virtual time, with the user's own handlers. */

import { operationsOf } from '../shared/client/create-operations.ts';
import type { Definition } from '../shared/client/definition.ts';
import type { Duration } from '../shared/client/duration.ts';
import { durationMs } from '../shared/client/duration-field.ts';
import { HttpApi } from '../shared/client/http-api.ts';
import { OperationError } from '../shared/client/operation-error.ts';
import type { Handle, MetadataOf, NewOperationOptions, Operations } from '../shared/client/operations.ts';
import type { In, MaybeSchema, NamedSchemas, Out, Schema } from '../shared/client/schema.ts';
import { SIGNALS_SUBSCRIPTION } from '../shared/pubsub/topology.ts';
import { externalReader } from '../shared/worker/external-result.ts';
import { HttpOperationCalls } from '../shared/worker/http-operation-calls.ts';
import type { Log } from '../shared/worker/op.ts';
import { type Worker, workerSpecsOf } from '../shared/worker/operation.ts';
import { TimerLeases } from '../shared/worker/timer-leases.ts';
import { WorkerPool } from '../shared/worker/worker-pool.ts';
import { BusSource } from './bus-source.ts';
import { inProcessFetch, TEST_URL } from './in-process-fetch.ts';
import { type FailOptions, PlannedFailures } from './planned-failures.ts';
import { TestClock } from './test-clock.ts';
import { timelineOf } from './timeline.ts';
import { startVirtualSystem } from './virtual-system.ts';

/** The options of {@link testSystem}. */
export interface TestSystemOptions {
  /** The return value of `operation(definition).steps({ … })`. */
  operations: readonly Worker[];
  /** The log of the steps. Default: none. */
  log?: Log | undefined;
  /** Hosts of other services, as in the setting ALLOWED_HOSTS of a deployment. Default: none but this machine. */
  allowedHosts?: readonly string[] | undefined;
}

/** The whole system in one process. Time passes only in `run`, in `result()` and in `advance`. */
export interface TestSystem {
  /** The client of the system. Its calls do not let time pass. */
  readonly operations: Operations;
  /** Creates an operation and lets time pass until it is done. @throws OperationError: its own error. */
  run<I extends Schema, R extends MaybeSchema, M extends MaybeSchema, N extends NamedSchemas>(
    of: Definition<I, R, M, N>,
    input: In<I>,
    options?: NewOperationOptions,
  ): Promise<Out<R>>;
  /** Creates an operation; `result()` of what it returns lets time pass until the operation is done. */
  create<I extends Schema, R extends MaybeSchema, M extends MaybeSchema, N extends NamedSchemas>(
    of: Definition<I, R, M, N>,
    input: In<I>,
    options?: NewOperationOptions,
  ): Promise<Handle<Out<R>, N, MetadataOf<M>>>;
  /** Lets time pass. */
  advance(duration: Duration): Promise<void>;
  /** Lets pending work finish, without letting time pass. */
  settle(): Promise<void>;
  /** Makes the next steps of an operation fail, or its worker crash, before their code runs. */
  failNext(of: { readonly method: string }, options?: FailOptions): void;
  /** The newest 200 events of an operation, a line for each, the oldest first, with the time since the first of them. */
  timeline(operation: string | { readonly name: string }): Promise<readonly string[]>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Stops the workers and the system. */
  stop(): Promise<void>;
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };
const CONCURRENCY = 1_000;

/**
 * Starts the whole system in this process, on virtual time, with the given workers. No server, no port, no file.
 *
 * @example
 * const lro = await testSystem({ operations: [reportWorker, pageWorker] });
 * assert.deepEqual(await lro.run(report, { pages: ['cover'] }), { urls: ['https://…/cover'] });
 * await lro.stop();
 */
export async function testSystem({
  operations: workers,
  log = SILENT,
  allowedHosts,
}: TestSystemOptions): Promise<TestSystem> {
  const clock = new TestClock();
  const system = await startVirtualSystem(clock, () => 0.5, allowedHosts);
  const api = new HttpApi({ url: TEST_URL, fetch: inProcessFetch(system.orchestrator, () => clock.hold()) });
  const failures = new PlannedFailures();
  const workerName = 'test-worker';
  const publish = async (data: Uint8Array) => {
    await system.bus.publish('operation-lifecycle', [{ data, attributes: {} }]);
  };
  const calls = new HttpOperationCalls(api, workerName, publish);
  const pool = new WorkerPool({
    workers: workerSpecsOf(workers),
    parts: {
      calls,
      clock,
      workerName,
      exposeErrors: true,
      log,
      fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
      readExternal: externalReader((...args) => fetch(...args)),
      probe: failures,
    },
    leases: new TimerLeases(calls, clock),
    concurrency: CONCURRENCY,
    busy: () => clock.hold(),
  });
  const source = new BusSource(system.bus, SIGNALS_SUBSCRIPTION);
  await source.start(pool);
  const client = operationsOf(api);

  const untilDone = async (name: string, endMs?: number) => {
    const isDone = await clock.passUntil(async () => (await client.get(name)).done, endMs);
    if (isDone) return;
    const lines = (await timelineOf(api, name)).join('\n');
    throw new OperationError(
      'DEADLINE_EXCEEDED',
      `${name} is not done, and no timer, message or call is left before:\n${lines}`,
    );
  };
  const waiting = <R, N extends NamedSchemas, M>(handle: Handle<R, N, M>): Handle<R, N, M> => ({
    ...handle,
    async result(options) {
      const timeout = options?.timeout;
      await untilDone(handle.name, timeout && clock.now() + durationMs(timeout, 'timeout'));
      return handle.result();
    },
  });
  const test: TestSystem = {
    operations: client,
    async run(of, input, options) {
      return (await test.create(of, input, options)).result();
    },
    async create(of, input, options) {
      return waiting(await client.create(of, input, options));
    },
    advance: (duration) => clock.advance(durationMs(duration, 'duration')),
    settle: () => clock.idle(),
    failNext: ({ method }, options) => failures.plan(method, options),
    timeline: (operation) => timelineOf(api, typeof operation === 'string' ? operation : operation.name),
    now: () => clock.now(),
    async stop() {
      await source.stop();
      const stopped = pool.stop(0);
      await clock.advance(0);
      await stopped;
      await system.stop();
    },
  };
  return test;
}
