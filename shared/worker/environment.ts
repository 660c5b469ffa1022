/** Reads the environment variables in which the local system, Google's emulators and Google Cloud differ. */
import { requireOperationsUrl } from '../client/operations-url.ts';

export interface Surroundings {
  /** The URL of the Operations API. */
  readonly url: string;
  readonly project: string;
  readonly subscription: string;
  readonly lifecycleTopic: string;
  /** How to pull: by REST at the origin of the Operations API (local system), or with Google's client library. */
  readonly pull: 'rest' | 'client-library';
}

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/;
const LOCAL_SUBSCRIPTION = 'operation-signals-local';
const LIFECYCLE_TOPIC = 'operation-lifecycle';

/** @throws Error that names the missing variable, or the rule that the URL breaks */
export function surroundings(
  options: { url?: string; subscription?: string },
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Surroundings {
  const { OPERATIONS_URL, PUBSUB_EMULATOR_HOST, SUBSCRIPTION, GOOGLE_CLOUD_PROJECT } = variables;
  const url = options.url ?? OPERATIONS_URL;
  if (!url)
    throw new Error(
      'OPERATIONS_URL is required: the URL of the Operations API, which is http://localhost:8080 for the local system',
    );
  requireOperationsUrl(url);
  const isLocal = LOOPBACK.test(url);
  const subscription = options.subscription ?? SUBSCRIPTION ?? (isLocal ? LOCAL_SUBSCRIPTION : undefined);
  if (!subscription) {
    throw new Error(
      'SUBSCRIPTION is required: the subscription of the signals, which "lro deploy apply --worker=NAME" creates as NAME-signals',
    );
  }
  const project = GOOGLE_CLOUD_PROJECT ?? (isLocal || PUBSUB_EMULATOR_HOST ? 'local' : '');
  return {
    url,
    project,
    subscription: shortName(subscription),
    lifecycleTopic: variables.TOPIC_LIFECYCLE ?? LIFECYCLE_TOPIC,
    pull: isLocal && !PUBSUB_EMULATOR_HOST ? 'rest' : 'client-library',
  };
}

/** The variable may hold the full name, `projects/{p}/subscriptions/{s}`. */
function shortName(subscription: string): string {
  return subscription.slice(subscription.lastIndexOf('/') + 1);
}
