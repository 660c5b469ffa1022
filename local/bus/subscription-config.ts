import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import type { SubscriptionSpec } from '../../shared/pubsub/topology.ts';
import { parseFilter } from './filter.ts';
import { checkResourceName } from './resource-name.ts';

/** A subscription of the bus. A handler in this process needs no push endpoint: it is attached to the subscription. */
export interface SubscriptionConfig extends SubscriptionSpec {
  /** The URL that messages are pushed to. Absent for a pull subscription. */
  readonly pushEndpoint?: string;
  /** The project that the subscription was created in, which pushed messages name. The project of the bus if absent. */
  readonly project?: string;
  /** https://cloud.google.com/pubsub/docs/labels */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether a late acknowledgement is answered with an error. https://cloud.google.com/pubsub/docs/exactly-once-delivery */
  readonly exactlyOnce?: boolean;
}

const DAY = 24 * 60 * 60;

/** The defaults of Pub/Sub for a subscription. */
export const DEFAULTS = { ackDeadline: 10, messageRetention: 7 * DAY, ordered: false } as const;

/**
 * Checks the configuration by Pub/Sub's rules.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#Subscription @throws InvalidInput
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
  // In this form, NaN is out of range as well.
  if (!(value >= least && value <= most)) throw new InvalidInput(field, `must be ${least} to ${most}`);
}
