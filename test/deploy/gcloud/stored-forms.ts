/**
 * The stored forms of requests in Google's APIs. A service may change a request: a slash after a host, durations in seconds,
 * numbers with a fraction, and no fields with default values.
 */

import { PROJECT } from './collections.ts';
import { type Command, GcloudError } from './command.ts';
import type { JsonObject } from './json.ts';

/** `before` is the resource as it was; an update changes only the fields that its flags name. */
export type StoredForm = (command: Command, before: JsonObject | undefined, files: FileReader) => JsonObject;

/** Reads a file that a flag names. */
export type FileReader = (path: string) => string;

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 };

function seconds(duration: string | undefined): string | undefined {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(duration ?? '') ?? [];
  return count === undefined ? undefined : `${Number(count) * SECONDS[unit as keyof typeof SECONDS]}s`;
}

const topic: StoredForm = ({ flags }, before) => {
  const regions = flags.get('message-storage-policy-allowed-regions');
  return {
    ...before,
    messageRetentionDuration:
      seconds(flags.get('message-retention-duration')) ?? before?.messageRetentionDuration,
    ...(flags.has('topic-encryption-key') && { kmsKeyName: flags.get('topic-encryption-key') }),
    ...(regions && { messageStoragePolicy: { allowedPersistenceRegions: regions.split(',').reverse() } }),
  };
};

const subscription: StoredForm = ({ flags }, before) => {
  const endpoint = flags.get('push-endpoint');
  const deadLetters = flags.get('dead-letter-topic');
  const backoff = flags.get('min-retry-delay');
  return {
    ackDeadlineSeconds: 10,
    messageRetentionDuration: '604800s',
    expirationPolicy: { ttl: '2678400s' },
    pushConfig: {},
    state: 'ACTIVE',
    ...before,
    ...(flags.has('topic') && { topic: `${PROJECT}/topics/${flags.get('topic')}` }),
    ...(flags.has('ack-deadline') && { ackDeadlineSeconds: Number(flags.get('ack-deadline')) }),
    ...(flags.has('message-retention-duration') && {
      messageRetentionDuration: seconds(flags.get('message-retention-duration')),
    }),
    ...(flags.get('expiration-period') === 'never' && { expirationPolicy: {} }),
    ...(backoff && {
      retryPolicy: { minimumBackoff: backoff, maximumBackoff: flags.get('max-retry-delay') },
    }),
    ...(deadLetters && {
      deadLetterPolicy: {
        deadLetterTopic: `${PROJECT}/topics/${deadLetters}`,
        maxDeliveryAttempts: Number(flags.get('max-delivery-attempts')),
      },
    }),
    ...(flags.has('clear-dead-letter-policy') && { deadLetterPolicy: undefined }),
    ...(endpoint && {
      pushConfig: {
        pushEndpoint: endpoint,
        oidcToken: {
          serviceAccountEmail: flags.get('push-auth-service-account'),
          audience: flags.get('push-auth-token-audience'),
        },
      },
    }),
    ...(endpoint === '' && { pushConfig: {} }),
    ...(flags.has('message-filter') && { filter: flags.get('message-filter') }),
  };
};

/** Cloud Scheduler adds the path that a URL lacks, and a time zone, and refuses deadlines below 15 seconds. */
const job: StoredForm = ({ flags }) => {
  const deadline = flags.get('attempt-deadline') ?? '180s';
  if (Number.parseInt(deadline, 10) < 15) {
    throw new GcloudError(
      'INVALID_ARGUMENT: attempt_deadline must be between 15s and 1800s for HTTP targets.',
    );
  }
  return {
    schedule: flags.get('schedule'),
    timeZone: 'Etc/UTC',
    attemptDeadline: deadline,
    httpTarget: {
      uri: new URL(flags.get('uri') ?? '').href,
      httpMethod: flags.get('http-method'),
      headers: { 'User-Agent': 'Google-Cloud-Scheduler' },
      oidcToken: {
        serviceAccountEmail: flags.get('oidc-service-account-email'),
        audience: flags.get('oidc-token-audience'),
      },
    },
    state: 'ENABLED',
  };
};

const cloudFunction: StoredForm = ({ flags }, before) => {
  if (before?.eventTrigger && flags.has('trigger-http')) {
    throw new GcloudError('INVALID_ARGUMENT: the trigger type of a function can not be changed.');
  }
  const memory = flags.get('memory') ?? '';
  const mebibytes = Number.parseInt(memory, 10) * (memory.endsWith('Gi') ? 1024 : 1);
  if (mebibytes > 4096 * Number(flags.get('cpu'))) {
    throw new GcloudError(`INVALID_ARGUMENT: ${memory} needs more than ${flags.get('cpu')} CPU.`);
  }
  const variables = (flags.get('update-env-vars') ?? '').replace('^|^', '').split('|');
  const minimum = Number(flags.get('min-instances'));
  return {
    state: 'ACTIVE',
    environment: 'GEN_2',
    labels: { 'deployment-tool': 'cli-gcloud', lro_revision: flags.get('update-labels')?.split('=')[1] },
    buildConfig: { runtime: flags.get('runtime'), entryPoint: flags.get('entry-point') },
    serviceConfig: {
      availableMemory: memory,
      availableCpu: flags.get('cpu'),
      timeoutSeconds: Number.parseInt(flags.get('timeout') ?? '', 10),
      maxInstanceCount: Number(flags.get('max-instances')),
      ...(minimum > 0 && { minInstanceCount: minimum }),
      maxInstanceRequestConcurrency: Number(flags.get('concurrency')),
      ingressSettings: INGRESS[flags.get('ingress-settings') ?? 'all'],
      environmentVariables: {
        LOG_EXECUTION_ID: 'true',
        ...Object.fromEntries(variables.map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
      },
    },
  };
};

const INGRESS: Readonly<Record<string, string>> = {
  all: 'ALLOW_ALL',
  'internal-only': 'ALLOW_INTERNAL_ONLY',
  'internal-and-gclb': 'ALLOW_INTERNAL_AND_GCLB',
};

const workflow: StoredForm = ({ flags }, _before, files) => ({
  state: 'ACTIVE',
  labels: { lro_revision: flags.get('labels')?.split('=')[1] },
  sourceContents: files(flags.get('source') ?? ''),
});

const queue: StoredForm = ({ flags }, before) => ({
  state: 'RUNNING',
  ...before,
  ...(flags.has('max-attempts') && {
    rateLimits: { maxDispatchesPerSecond: `${flags.get('max-dispatches-per-second')}.0`, maxBurstSize: 10 },
    retryConfig: { maxAttempts: Number(flags.get('max-attempts')), maxDoublings: 16 },
  }),
});

/** IAM returns permissions in an order of its own. */
const role: StoredForm = ({ flags }, before) => ({
  stage: 'GA',
  ...before,
  ...(flags.has('permissions') && { includedPermissions: flags.get('permissions')?.split(',').reverse() }),
});

const fromFile: StoredForm = ({ flags }, _before, files) =>
  JSON.parse(files(flags.get('config-from-file') ?? flags.get('policy-from-file') ?? ''));

export const STORED_FORMS: ReadonlyMap<string, StoredForm> = new Map([
  ['iam service-accounts', () => ({})],
  ['iam roles', role],
  ['pubsub topics', topic],
  ['pubsub subscriptions', subscription],
  ['artifacts repositories', () => ({ format: 'DOCKER' })],
  ['secrets', () => ({ replication: { automatic: {} } })],
  ['functions', cloudFunction],
  ['run services', (_command, before) => ({ ...before })],
  ['workflows', workflow],
  ['scheduler jobs', job],
  ['tasks queues', queue],
  ['spanner instances', ({ flags }) => ({ displayName: flags.get('description'), state: 'READY' })],
  [
    'spanner databases',
    ({ flags }, before) => ({
      state: 'READY',
      ...before,
      ...(flags.has('kms-key') && { encryptionConfig: { kmsKeyName: flags.get('kms-key') } }),
    }),
  ],
  [
    'spanner backup-schedules',
    ({ flags }, before) => ({ ...before, retentionDuration: seconds(flags.get('retention-duration')) }),
  ],
  ['logging metrics', fromFile],
  ['monitoring policies', fromFile],
  ['monitoring dashboards', fromFile],
]);
