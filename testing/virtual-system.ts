/** The orchestrator with its store and its bus in this process, in memory, on a clock that is passed in. No server, no port. */
import { cloudLog } from '../functions/log.ts';
import { handleMessage } from '../functions/on-lifecycle-event.ts';
import { Bus } from '../local/bus/bus.ts';
import { ensureTopology } from '../local/bus/ensure-topology.ts';
import { createBusPublisher } from '../local/bus/publisher.ts';
import { openDatabase } from '../local/embedded/database.ts';
import { Sweeper } from '../local/embedded/sweeper.ts';
import { AllowedHosts } from '../shared/messages/allowed-hosts.ts';
import { createOrchestrator } from '../shared/orchestrator/create-orchestrator.ts';
import { DEFAULT_POLICY, type Orchestrator } from '../shared/orchestrator/orchestrator.ts';
import { DEFAULT_TOPICS, LIFECYCLE_SUBSCRIPTION, localTopology } from '../shared/pubsub/topology.ts';
import { LazyWorkflows } from './lazy-workflows.ts';
import type { TestClock } from './test-clock.ts';

export interface VirtualSystem {
  readonly orchestrator: Orchestrator;
  readonly bus: Bus;
  stop(): Promise<void>;
}

const MAX_EVENTS = 4_000;

/**
 * `random` chooses the length of each backoff: 0 is no backoff, and a value just below 1 is the longest backoff. Events may name
 * `allowedHosts` and this machine.
 */
export async function startVirtualSystem(
  clock: TestClock,
  random: () => number,
  allowedHosts: readonly string[] = [],
): Promise<VirtualSystem> {
  const now = () => clock.now();
  const database = await openDatabase(undefined, now);
  const log = cloudLog('silent');
  const bus = new Bus({ storage: database.storage, clock, report: () => {} });
  await ensureTopology(bus.registry, localTopology());
  const sweeper = new Sweeper(clock);
  // Children of this system and timers need no workflow: the orchestrator ends their waits itself.
  const workflows = new LazyWorkflows(clock, async () => {
    const { virtualWorkflows } = await import('./virtual-workflows.ts');
    return virtualWorkflows(clock, orchestrator);
  });
  const orchestrator = createOrchestrator({
    store: database.store,
    timer: sweeper,
    now,
    random,
    log,
    publisher: createBusPublisher(bus, { log }),
    launcher: workflows,
    resumeCaller: { call: () => Promise.reject(new Error('resumeMethod is not served by the test system')) },
    // Virtual time passes at once: a long pause between two sweeps is no gap.
    policy: {
      ...DEFAULT_POLICY,
      waitWorkflow: 'external',
      maxSweepGapMs: Number.MAX_SAFE_INTEGER,
      allowedHosts: new AllowedHosts(allowedHosts, { loopback: true }),
    },
  });
  bus.consume(
    LIFECYCLE_SUBSCRIPTION,
    (message) => handleMessage({ orchestrator }, message, DEFAULT_TOPICS.lifecycle),
    {
      maxOutstanding: MAX_EVENTS,
    },
  );
  sweeper.start(orchestrator);
  return {
    orchestrator,
    bus,
    async stop() {
      await sweeper.close();
      await workflows.close();
      await bus.close();
      await database.store.close();
      database.close();
    },
  };
}
