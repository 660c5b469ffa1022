/**
 * The whole system in one Node process: the code of the functions on SQLite and on a bus in this process, and the workflow
 * file in the executor, all at one origin.
 */

import { newPageToken } from '../../console/server/page-token.ts';
import { type Clock, Executor, RealClock } from '../../executor/index.ts';
import type { Deployment } from '../../functions/deployment.ts';
import { cloudLog } from '../../functions/log.ts';
import { EventClock } from '../../shared/client/event-clock.ts';
import { LifecycleClient } from '../../shared/client/lifecycle-client.ts';
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import type { Orchestrator, Policy } from '../../shared/orchestrator/orchestrator.ts';
import { DEFAULT_TOPICS, localTopology } from '../../shared/pubsub/topology.ts';
import { Bus } from '../bus/bus.ts';
import { ensureTopology } from '../bus/ensure-topology.ts';
import { followTopic } from '../bus/follow-topic.ts';
import { LazyGrpcServer } from '../bus/grpc/lazy-server.ts';
import type { BusReport } from '../bus/report.ts';
import { closeAll } from '../close-all.ts';
import { type HttpServer, serve } from '../http-server.ts';
import { deployParallelPoll } from '../parallel-poll.ts';
import type { openDatabase as openSqlite } from '../sqlite/open-database.ts';
import type { LocalSystem, SystemOptions } from '../system.ts';
import { type Database, openDatabase } from './database.ts';
import { embeddedPorts } from './embedded-ports.ts';
import { consumeEvents } from './event-intake.ts';
import { EventOrchestrator } from './event-orchestrator.ts';
import { gateway } from './gateway.ts';
import type { GrpcServer } from './grpc-server.ts';
import { recover } from './recovery.ts';
import { INTERVAL_MS, Sweeper } from './sweeper.ts';
import { embeddedSystemView } from './system-view.ts';
import { UsageCounter } from './usage-counter.ts';

export interface EmbeddedOptions extends SystemOptions {
  /** The folder that keeps the data. In memory if absent. */
  readonly data?: string;
  readonly clock?: Clock;
  /** The settings that differ from the policy of a deployment. */
  readonly policy?: Partial<Policy>;
  /** Opens the database. A caller that wants to observe the database replaces it. */
  readonly connect?: typeof openSqlite;
  /** The port of the Operations API over gRPC, which is served only if this is present. 0 means any free port. */
  readonly grpcPort?: number;
}

export async function startEmbeddedSystem(options: EmbeddedOptions): Promise<LocalSystem> {
  const clock = options.clock ?? new RealClock();
  const database = await openDatabase(options.data, () => clock.now(), options.connect);
  const stops: (() => unknown)[] = [() => database.close()];
  try {
    return await startOn(database, clock, options, stops);
  } catch (error) {
    await closeAll(stops).catch(() => undefined);
    throw error;
  }
}

/** Puts what stops the system in front of `stops`, so that the caller can stop a system that does not start. */
async function startOn(
  database: Database,
  clock: Clock,
  options: EmbeddedOptions,
  stops: (() => unknown)[],
): Promise<LocalSystem> {
  const now = () => clock.now();
  const { store, storage } = database;
  const { telemetry, tenants = [] } = options;
  const log = cloudLog(options.logLevel ?? 'warn', { telemetry });
  const report: BusReport = ({ error, ...event }) => log.warn({ ...event, err: error }, 'the bus retries it');
  const bus = new Bus({ storage, clock, report });
  await ensureTopology(bus.registry, localTopology(DEFAULT_TOPICS, tenants));
  let url = '';
  const executor = new Executor({ clock, baseUrl: () => url });
  await deployParallelPoll(executor);
  const usage = new UsageCounter(now);
  const sweeper = new Sweeper(clock);
  const parts = { store, bus, executor, usage, timer: sweeper, log, clock, url: () => url };
  const { ports, publisherOf } = embeddedPorts(options, parts);
  const orchestrator = createOrchestrator(ports);
  const ofEvents = new EventOrchestrator(orchestrator, { database, bus, ports, publisherOf });
  const deployment: Deployment = { orchestrator };
  const shown: Record<string, string> = {
    store: options.data ? `SQLite in ${options.data}` : 'SQLite in memory',
    bus: 'in this process',
    workflows: 'workflows/parallel-poll.yaml in this process',
  };
  const system = embeddedSystemView({
    bus,
    tenants,
    executor,
    store,
    usage,
    now,
    sweepIntervalMs: INTERVAL_MS,
    hidesData: !ports.policy.redaction.isOff,
    parts: () => shown,
    lastSweep: () => sweeper.last,
  });
  const page = { config: { token: newPageToken() }, system };
  const pubsub = new LazyGrpcServer(bus);
  let server: HttpServer | undefined;
  let grpc: GrpcServer | undefined;
  stops.unshift(
    () => ofEvents.close(),
    () => sweeper.close(),
    () => executor.close(),
    // Before the bus is closed: the end of its streams would tell clients that the subscription is deleted.
    () => pubsub.stop(),
    () => bus.close(),
    () => grpc?.stop(),
    () => server?.stop(),
    () => telemetry?.close(),
    () => store.close(),
  );
  const listener = gateway({ deployment, bus, executor, page, changingCalls: ofEvents });
  server = await serve(listener, options.port, { http2: (connection) => void pubsub.connect(connection) });
  url = server.url;
  database.folder?.servedAt(shownUrl(url));
  grpc = await startGrpc(orchestrator, options.grpcPort);
  if (grpc) shown.gRPC = `google.longrunning.Operations at ${grpc.address}`;

  await recover(orchestrator);
  consumeEvents({ bus, tenants, orchestrator: ofEvents, usage });
  sweeper.start(orchestrator);
  return {
    ...interfaceOf({ url, bus, now }),
    parts: shown,
    isNew: database.folder?.isNew ?? true,
    executor,
    stop: () => closeAll(stops),
  };
}

/** The system as its users call it. */
function interfaceOf({ url, bus, now }: { url: string; bus: Bus; now: () => number }) {
  return {
    url: shownUrl(url),
    pubsubHost: url.replace('http://', ''),
    operationsUrl: url,
    resumeUrl: `${url}/resume`,
    sweepUrl: `${url}/sweep`,
    lifecycle: new LifecycleClient(
      (message) => bus.publish(DEFAULT_TOPICS.lifecycle, [message]),
      new EventClock(now),
    ),
    async publish(data, attributes = {}) {
      await bus.publish(DEFAULT_TOPICS.lifecycle, [{ data, attributes }]);
    },
    follow: (topic, onMessage) => followTopic(bus, topic, onMessage),
  } satisfies Partial<LocalSystem>;
}

function shownUrl(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}

/** The library is loaded only if the gRPC interface is requested. */
async function startGrpc(
  orchestrator: Orchestrator,
  port: number | undefined,
): Promise<GrpcServer | undefined> {
  if (port === undefined) return undefined;
  const { serveGrpc } = await import('./grpc-server.ts');
  return serveGrpc(orchestrator, port);
}
