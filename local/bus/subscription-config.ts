import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import type { SubscriptionSpec } from '../../shared/pubsub/topology.ts';
import { parseFilter } from './filter.ts';
import { checkResourceName } from './resource-name.ts';

/** A subscription of the bus. Push to a handler in this process needs no endpoint: the handler is attached to it. */
export interface SubscriptionConfig extends SubscriptionSpec {
  /** The URL that messages are pushed to; a pull subscription where absent. */
  readonly pushEndpoint?: string;
  /** The project that it was created in, which pushed messages name; the bus's own where absent. */
  readonly project?: string;
  /** https://cloud.google.com/pubsub/docs/labels */
  readonly labels?: Readonly<Record<string, string>>;
  /** An acknowledgement that comes too late is answered with an error. https://cloud.google.com/pubsub/docs/exactly-once-delivery */
  readonly exactlyOnce?: boolean;
}

const DAY = 24 * 60 * 60;

/** Pub/Sub's defaults for a subscription. */
export const DEFAULTS = { ackDeadline: 10, messageRetention: 7 * DAY, ordered: false } as const;

/**
 * Throws InvalidInput for what Pub/Sub would refuse.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#Subscription
 */
export function checkSubscription(config: SubscriptionConfig): void {
  const { retryPolicy, deadLetterPolicy, pushEndpoint } = config;
  checkResourceName('subscription', config.name);
  within('ackDeadlineSeconds', config.ackDeadline, 10, 600);
  within('messageRetentionDuration', config.messageRetention, 600, 31 * DAY);
  if (config.filter) parseFilter(config.filter);
  if (retryPolicy) {
    within('retryPolicy.minimumBackoff', retryPolicy.minimumBackoff, 0, 600);
    within('retryPolicy.maximumBackoff', retryPolicy.maximumBackoff, retryPolicy.minimumBackoff, 600);
  }
  if (deadLetterPolicy) {
    within('deadLetterPolicy.maxDeliveryAttempts', deadLetterPolicy.maxDeliveryAttempts, 5, 100);
  }
  if (pushEndpoint !== undefined && !/^https?:\/\//.test(pushEndpoint)) {
    throw new InvalidInput('pushConfig.pushEndpoint', 'must be an http or https URL');
  }
}

function within(field: string, value: number, least: number, most: number): void {
  // Written so that NaN is out of range as well.
  if (!(value >= least && value <= most)) throw new InvalidInput(field, `must be ${least} to ${most}`);
}
