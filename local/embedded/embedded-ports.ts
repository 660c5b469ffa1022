import type { Clock, Executor } from '../../executor/index.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { Redaction } from '../../shared/messages/redaction.ts';
import { DEFAULT_POLICY, type Log, type Policy, type Ports } from '../../shared/orchestrator/orchestrator.ts';
import type { ObservableStore } from '../../shared/orchestrator/ports/observable-store.ts';
import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';
import type { DueTimer } from '../../shared/orchestrator/ports/timer.ts';
import { ofOrigins, Tenants } from '../../shared/orchestrator/tenants.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { httpResumeCaller } from '../../shared/workflows/resume-caller.ts';
import type { Bus } from '../bus/bus.ts';
import { createBusPublisher } from '../bus/publisher.ts';
import type { Lead } from '../sqlite/lead.ts';
import type { SystemOptions } from '../system.ts';
import { executorLauncher } from './launcher.ts';
import { MAX_GAP_MS } from './sweeper.ts';
import type { UsageCounter } from './usage-counter.ts';

/** What the ports stand on. */
interface EmbeddedParts {
  readonly store: ObservableStore;
  readonly bus: Bus;
  readonly executor: Executor;
  readonly usage: UsageCounter;
  readonly timer: DueTimer;
  readonly log: Log;
  readonly clock: Clock;
  /** The URL of the system. Empty before it listens. */
  readonly url: () => string;
}

/** The ports of the orchestrator on the parts of this process, and the publisher of what is published ahead of the disk. */
export function embeddedPorts(
  options: SystemOptions & { readonly clock?: Clock; readonly policy?: Partial<Policy> },
  { store, bus, executor, usage, timer, log, clock, url }: EmbeddedParts,
): {
  readonly ports: Ports;
  readonly publisherOf: (lead?: Lead) => Publisher;
} {
  const { push, telemetry } = options;
  const hosts = new AllowedHosts(options.allowedHosts ?? [], { loopback: true });
  const tenants = new Tenants(options.tenants ?? [], {
    lifecycleTopic: DEFAULT_TOPICS.lifecycle,
    isOwnUrl: (called) => ofOrigins([url()])(called),
  });
  const publisherOf = (lead?: Lead) => usage.counted(createBusPublisher(bus, { log, tenants, lead }));
  const policy: Policy = {
    ...DEFAULT_POLICY,
    ...options.policy,
    push,
    allowedHosts: hosts,
    tenants,
    redaction: new Redaction(options.redact),
    // Virtual time passes immediately, so a long pause takes no time.
    maxSweepGapMs: options.clock ? Number.MAX_SAFE_INTEGER : MAX_GAP_MS,
  };
  const ports: Ports = {
    store,
    feed: store.feed,
    overview: store.overview,
    publisher: publisherOf(),
    launcher: executorLauncher(executor, () => ({
      resumeUrl: `${url()}/resume`,
      resumeAudience: url(),
      push,
      hosts,
    })),
    resumeCaller: httpResumeCaller({ hosts }),
    timer,
    now: () => clock.now(),
    random: Math.random,
    log,
    telemetry,
    policy,
  };
  return { ports, publisherOf };
}
