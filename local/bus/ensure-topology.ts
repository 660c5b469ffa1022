import type { Topology } from '../../shared/pubsub/topology.ts';
import type { Registry } from './registry.ts';
import type { SubscriptionConfig } from './subscription-config.ts';

/**
 * Makes the topics and subscriptions what the topology says, and leaves others alone. A subscription keeps its backlog,
 * unless what it gets has changed: topic, filter and order of a subscription can't be altered.
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
