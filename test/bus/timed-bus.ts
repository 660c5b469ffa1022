import { VirtualClock } from '../../executor/clock.ts';
import { Bus } from '../../local/bus/bus.ts';
import type { BusOptions } from '../../local/bus/bus-options.ts';
import type { DeliveredMessage } from '../../local/bus/delivered-message.ts';
import type { BusEvent } from '../../local/bus/report.ts';
import type { SubscriptionConfig } from '../../local/bus/subscription-config.ts';

/** A bus in memory whose time the test moves, with one topic and one subscription. */

export const SECOND = 1_000;
const SPEC: SubscriptionConfig = {
  ...{ name: 'messages', topic: 'topic', ackDeadline: 10, messageRetention: 3_600, ordered: false },
};

export async function setUp(spec: Partial<SubscriptionConfig> = {}, options: BusOptions = {}) {
  const clock = new VirtualClock({ auto: false });
  const events: BusEvent[] = [];
  const bus = new Bus({ clock, report: (event) => events.push(event), ...options });
  for (const topic of ['topic', 'dead-letters']) await bus.registry.createTopic(topic);
  await bus.registry.createSubscription({ ...SPEC, ...spec });
  const publish = (...data: string[]) =>
    bus.publish(
      'topic',
      data.map((text) => ({ data: Buffer.from(text), attributes: {} })),
    );
  const publishOrdered = (orderingKey: string, ...data: string[]) =>
    bus.publish(
      'topic',
      data.map((text) => ({ data: Buffer.from(text), attributes: {}, orderingKey })),
    );
  const pull = () => bus.pull('messages', { maxMessages: 100 });
  return { bus, clock, events, publish, publishOrdered, pull };
}

export const text = ({ data }: DeliveredMessage) => Buffer.from(data).toString();

/** A handler that remembers when it was called with what, and does what the test says. */
export function recorder(
  clock: VirtualClock,
  outcome: (message: DeliveredMessage) => Promise<void> | void = () => {},
) {
  const start = clock.now();
  const calls: { readonly text: string; readonly at: number }[] = [];
  return {
    calls,
    texts: () => calls.map((call) => call.text),
    handler: async (message: DeliveredMessage) => {
      calls.push({ text: text(message), at: clock.now() - start });
      await outcome(message);
    },
  };
}

/** Lets everything happen that needs no time. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));
