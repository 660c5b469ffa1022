import type { RetryPolicy } from '../../shared/pubsub/topology.ts';

/**
 * How long a message waits for its next attempt after `attempts` attempts, in milliseconds. Without a retry policy the
 * message is delivered again at once. https://cloud.google.com/pubsub/docs/handling-failures#exponential_backoff
 */
export function retryDelay(policy: RetryPolicy | undefined, attempts: number): number {
  if (policy === undefined) return 0;
  return 1_000 * Math.min(policy.maximumBackoff, policy.minimumBackoff * growth(attempts));
}

const PUSH_BACKOFF = { least: 100, most: 60_000 };

/**
 * How long the bus does not call an endpoint after `failures` consecutive failures, in milliseconds. For push subscriptions
 * without a retry policy. https://cloud.google.com/pubsub/docs/push#push_backoff
 */
export function pushDelay(failures: number): number {
  return Math.min(PUSH_BACKOFF.most, PUSH_BACKOFF.least * growth(failures));
}

/** Doubles each time. The result is always a number: zero times infinity would be NaN. */
function growth(times: number): number {
  return 2 ** Math.min(times - 1, 100);
}
