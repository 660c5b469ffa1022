import * as v from 'valibot';
import { DEFAULT_PAYLOAD_LIMITS, MAX_PAYLOAD_BYTES } from '../shared/messages/limits.ts';

const text = v.pipe(v.string('must be set'), v.minLength(1, 'must not be empty'));
const url = v.pipe(v.string('must be set'), v.url('must be a URL'));
/** A switch as environment variables have it. */
const onOff = v.pipe(
  v.picklist(['on', 'off'], 'must be on or off'),
  v.transform((value) => value === 'on'),
);
const MAX_DAYS = 3650;
const days = v.pipe(
  v.string(),
  v.transform(Number),
  v.check(
    (value) => value > 0 && value <= MAX_DAYS,
    `must be a number of days, more than 0 and at most ${MAX_DAYS}`,
  ),
);
const MIN_PAYLOAD_BYTES = 1024;
const payloadBytes = v.pipe(
  v.string(),
  v.transform(Number),
  v.check(
    (value) => Number.isInteger(value) && value >= MIN_PAYLOAD_BYTES && value <= MAX_PAYLOAD_BYTES,
    `must be a whole number of bytes from ${MIN_PAYLOAD_BYTES} to ${MAX_PAYLOAD_BYTES}`,
  ),
);
const hosts = v.pipe(
  v.string(),
  v.transform((list) => list.split(',').map((entry) => entry.trim())),
  v.transform((entries) => entries.filter((entry) => entry !== '')),
);

const schema = v.object({
  /** The project of everything below. Cloud Run functions do not set it: deploy.sh does. */
  PROJECT_ID: text,
  LOCATION: v.optional(text, 'us-central1'),
  SPANNER_INSTANCE: v.optional(text, 'lro'),
  SPANNER_DATABASE: v.optional(text, 'lro'),
  SPANNER_TABLE: v.optional(text, 'Operations'),
  TOPIC_COMPLETIONS: v.optional(text, 'operation-completions'),
  TOPIC_SIGNALS: v.optional(text, 'operation-signals'),
  TOPIC_DEAD_LETTERS: v.optional(text, 'operation-dead-letters'),
  WORKFLOW: v.optional(text, 'parallel-poll'),
  /** Where the Workflow Executions API is; Google's own where absent. */
  WORKFLOWS_ENDPOINT: v.optional(url),
  /** The URL of the function `resume`, which the workflow calls. */
  RESUME_URL: url,
  /** The OIDC audience of that call; the URL where absent. */
  RESUME_AUDIENCE: v.optional(text),
  /** Hosts that events may name in `resumeMethod` and `externalOperations`, separated by commas. */
  ALLOWED_HOSTS: v.optional(hosts, ''),
  /** Whether a child's end resumes its parents at once; `off` leaves it to the workflow. */
  PUSH: v.optional(onOff, 'on'),
  /** How long terminal operations are kept where `created` gives no ttl. */
  DEFAULT_TTL_DAYS: v.optional(days, '30'),
  /** How large each of metadata, response, error, checkpoint and input may be. */
  MAX_PAYLOAD_BYTES: v.optional(payloadBytes, String(DEFAULT_PAYLOAD_LIMITS.payloadBytes)),
  LOG_LEVEL: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
});

export type Settings = v.InferOutput<typeof schema>;

/** The settings of a function; an error that names every variable that is missing or wrong, and the rule. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const result = v.safeParse(schema, environment);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `  ${v.getDotPath(issue)}: ${issue.message}`);
  throw new Error(`The environment is not complete:\n${problems.join('\n')}`);
}
