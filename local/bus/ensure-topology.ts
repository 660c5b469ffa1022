import type { Topology } from '../../shared/pubsub/topology.ts';
import type { Registry } from './registry.ts';
import type { SubscriptionConfig } from './subscription-config.ts';

/**
 * Creates and changes topics and subscriptions so that they are as in the topology, and leaves others unchanged. A
 * subscription keeps its backlog, unless its topic, filter or ordering changes: these cannot be updated, so the
 * subscription is created again.
 */
export async function ensureTopology(registry: Registry, topology: Topology): Promise<void> {
  const topics = new Set(registry.topics);
  const missing = topology.topics.filter((topic) => !topics.has(topic));
  await Promise.all(missing.map((topic) => registry.createTopic(topic)));
  const existing = new Map(registry.subscriptions.map((config) => [config.name, config]));
  const wanted = [...topology.push, ...topology.pull];
  await Promise.all(wanted.map((config) => ensureSubscription(registry, config, existing.get(config.name))));
}

async function ensureSubscription(
  registry: Registry,
  wanted: SubscriptionConfig,
  existing: SubscriptionConfig | undefined,
): Promise<void> {
  if (existing === undefined) return registry.createSubscription(wanted);
  const { topic, filter, ordered } = existing;
  if (topic === wanted.topic && filter === wanted.filter && ordered === wanted.ordered) {
    return registry.updateSubscription(wanted);
  }
  await registry.deleteSubscription(wanted.name);
  await registry.createSubscription(wanted);
}
