/** Text as a client would put it into a field of that name, so that inputs get past the first check. */
import fc from 'fast-check';
import { KNOWN_IDS } from './known-operations.ts';

const SUBSCRIPTIONS = ['operation-signals-local', 'operation-completions-local', 'fuzzed'];
const TOPICS = ['operation-lifecycle', 'operation-signals', 'fuzzed'];

export const operationId = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...KNOWN_IDS) },
  { weight: 1, arbitrary: fc.constant('new') },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9][a-z0-9._~-]{0,20}$/) },
);
const operationNames = operationId.map((id) => `operations/${id}`);
const durations = fc.constantFrom('0s', '1s', '5s', '90s', '0.5s', '86400s', '31536000s');
const times = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.5+01:00', '1970-01-01T00:00:00Z');
const projects = (kind: string, names: readonly string[]) =>
  fc.constantFrom(...names).map((name) => `projects/local/${kind}/${name}`);

const BY_FIELD: readonly (readonly [RegExp, fc.Arbitrary<string>])[] = [
  [/^(topic|deadLetterTopic)$/, projects('topics', TOPICS)],
  [/^subscription$/, projects('subscriptions', SUBSCRIPTIONS)],
  [/^(operation|parent|childOperations|name)$/, operationNames],
  [/^operationId$/, operationId],
  [/time$/i, times],
  [/(timeout|ttl|sleep|lease|backoff|frequency|duration|delay|deadline)$/i, durations],
  [
    /filter$/i,
    fc.constantFrom('state = RUNNING', 'done = true', 'labels.env = "x"', 'method = "m" AND NOT done'),
  ],
  [/(data|checkpoint|value)$/i, fc.constantFrom('', 'AA==', 'eyJhIjoxfQ==')],
  [
    /^sourceContents$/,
    fc.constantFrom(
      'main:\n  params: [a]\n  steps:\n  - s:\n      return: $\u007ba}\n',
      '- s:\n    return: 1\n',
    ),
  ],
  [/^argument$/, fc.constantFrom('{"a":1}', 'null')],
  [/url|endpoint/i, fc.constantFrom('http://127.0.0.1:9/x', 'https://jobs.example.com/v1')],
  [/mask|fields/i, fc.constantFrom('*', 'name', 'labels,topic', 'operations(name)')],
];

/** The names in the requests of Pub/Sub, whose fields `name` and `project` mean something else than those of operations. */
const BY_PUBSUB_FIELD: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'Topic.name': projects('topics', TOPICS),
  'Subscription.name': projects('subscriptions', SUBSCRIPTIONS),
  'ListTopicsRequest.project': fc.constant('projects/local'),
  'ListSubscriptionsRequest.project': fc.constant('projects/local'),
  'PushConfig.pushEndpoint': fc.constant('http://127.0.0.1:9/x'),
  'Subscription.topic': projects('topics', TOPICS),
  'FieldMask.paths': fc.constantFrom('labels', 'ackDeadlineSeconds', 'retryPolicy'),
};

/** undefined where the field means what it means elsewhere. */
export function plausiblePubSubText(type: string, field: string): fc.Arbitrary<string> | undefined {
  return BY_PUBSUB_FIELD[`${type}.${field}`];
}

export function plausibleText(field: string, format?: string): fc.Arbitrary<string> {
  const [, known] = BY_FIELD.find(([pattern]) => pattern.test(field)) ?? [];
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
  if (format === 'date-time') return times;
  if (format === 'byte') return fc.base64String({ maxLength: 40 });
  return known ? fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: word }) : word;
}
