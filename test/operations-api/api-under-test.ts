/** The API on a store in memory, with everything that it tells others kept in lists. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import type { LifecycleEvent, WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { TerminalOperation } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { operationsRouter } from '../../shared/operations-api/router.ts';
import type { ApiOptions } from '../../shared/operations-api/settings.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import { headerAt } from '../../shared/orchestrator/event-header.ts';
import { DEFAULT_POLICY, type Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Signal } from '../../shared/orchestrator/ports/publisher.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { NO_TIMER } from '../../shared/orchestrator/ports/timer.ts';

export interface Told {
  readonly completions: TerminalOperation[];
  readonly signals: Signal[];
  readonly launched: string[];
  readonly stopped: string[];
}

export interface OrchestratorUnderTest extends Orchestrator {
  readonly told: Told;
  /** Whether what is published is accepted. */
  readonly bus: { up: boolean };
  /** Applies an event as a worker's message does. Each gets an id of its own. */
  happens(operation: OperationName, event: WorkerEvent): Promise<void>;
}

/** `waiting` for the children, up to an hour. */
export function waitingFor(children: readonly OperationName[]): WorkerEvent {
  const deadline = Date.now() + 3_600_000;
  const terms = { policy: { kind: 'ALL_DONE' }, externals: [], deadline, pollFrequency: 10_000 } as const;
  return { type: 'waiting', children, spawn: [], terms: { ...terms, childCount: children.length } };
}

export function orchestratorOn(store: OperationStore, now: () => number = Date.now): OrchestratorUnderTest {
  const bus = { up: true };
  const accepted = async <T>(list: T[], message: T) => {
    if (!bus.up) throw new Failure('unavailable', 'the bus is down');
    list.push(message);
  };
  const told: Told = { completions: [], signals: [], launched: [], stopped: [] };
  const nothing = async () => {};
  let events = 0;
  const orchestrator = createOrchestrator({
    store,
    now,
    publisher: {
      publishCompletion: (operation) => accepted(told.completions, operation),
      publishSignal: (signal) => accepted(told.signals, signal),
      publishDeadLetter: nothing,
      close: nothing,
    },
    launcher: {
      launch: async ({ waitId }) => {
        told.launched.push(waitId);
        return `executions/${waitId}`;
      },
      isRunning: async () => true,
      stop: async (execution) => void told.stopped.push(execution),
      close: nothing,
    },
    resumeCaller: { call: nothing },
    log: { info() {}, warn() {}, error() {} },
    timer: NO_TIMER,
    random: Math.random,
    policy: { ...DEFAULT_POLICY, defaultTtl: 86_400_000 },
  });
  const happens = async (operation: OperationName, event: WorkerEvent) => {
    events += 1;
    const header = headerAt(now(), operation, `event-${events}`);
    await applyEvent(orchestrator, { ...header, ...event } as LifecycleEvent);
  };
  return { ...orchestrator, told, bus, happens };
}

export interface ApiUnderTest {
  readonly url: string;
  readonly port: number;
  readonly orchestrator: OrchestratorUnderTest;
  stop(): Promise<void>;
}

export async function startApi(options: ApiOptions = {}, now?: () => number): Promise<ApiUnderTest> {
  const store = await openSqliteStore();
  const orchestrator = orchestratorOn(store, now);
  const { port, stop } = await serve(operationsRouter(async () => orchestrator, options));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    orchestrator,
    async stop() {
      await stop();
      await store.close();
    },
  };
}

export async function serve(listener: RequestListener): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, stop };
}
