/** The settings of the functions: environment variables, which deploy.sh and Terraform set by the same rules. */
import * as v from 'valibot';
import { DEFAULT_PAYLOAD_LIMITS, MAX_PAYLOAD_BYTES } from '../shared/messages/limits.ts';
import { audienceList, hostList, isListed } from './host-settings.ts';
import { topicPrefixList } from './topic-prefixes.ts';

const text = v.pipe(v.string('must be set'), v.minLength(1, 'must not be empty'));
/** A setting for which an empty value counts as absent. */
const optionalText = v.optional(
  v.pipe(
    v.string(),
    v.transform((value) => value || undefined),
  ),
);
const url = v.pipe(
  v.string('must be set'),
  v.check(isHttps, 'must be an https URL, or an http URL of this machine'),
);
const optionalUrl = v.optional(
  v.pipe(
    v.string(),
    v.check(
      (value) => value === '' || isHttps(value),
      'must be an https URL, or an http URL of this machine',
    ),
    v.transform((value) => value || undefined),
  ),
);

function isHttps(value: string): boolean {
  const { protocol, hostname, username, hash } = URL.canParse(value) ? new URL(value) : new URL('none:');
  if (username !== '' || hash !== '') return false;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && loopback);
}

/** A boolean setting: `on` or `off`. */
const onOff = v.pipe(
  v.picklist(['on', 'off'], 'must be on or off'),
  v.transform((value) => value === 'on'),
);

/** A number in decimal digits, without a sign or an exponent. */
function decimal(form: RegExp, least: number, most: number, what: string) {
  const rule = `must be ${what}, ${least} to ${most}`;
  return v.pipe(
    v.string(),
    v.regex(form, rule),
    v.transform(Number),
    v.check((value) => value >= least && value <= most, rule),
  );
}
const whole = (least: number, most: number, what: string) => decimal(/^\d{1,15}$/, least, most, what);

const MAX_DAYS = 3650;
const days = v.pipe(
  decimal(/^\d{1,4}(\.\d{1,9})?$/, 0, MAX_DAYS, 'a number of days'),
  v.check((value) => value > 0, 'must be more than 0 days'),
);

const topic = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z][A-Za-z0-9._~+%-]{2,254}$/,
    'must be a topic id: 3 to 255 letters, digits and ._~+%-, a letter first',
  ),
);
const table = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z][A-Za-z0-9_]{0,95}$/, 'must be a table name: a letter, then letters, digits and _'),
);

const MIN_PAYLOAD_BYTES = 1024;

/**
 * @param lifecycleTopic the common lifecycle topic, with which the names of the topics in TOPIC_PREFIXES begin
 * @param local whether the process uses emulators, so that ALLOWED_HOSTS may contain origins of this machine
 */
function schemaFor(lifecycleTopic: string, local: boolean) {
  return v.object({
    /** The project of all resources below. deploy.sh sets it, because Cloud Run functions does not. */
    PROJECT_ID: text,
    LOCATION: v.optional(text, 'us-central1'),
    SPANNER_INSTANCE: v.optional(text, 'lro'),
    SPANNER_DATABASE: v.optional(text, 'lro'),
    SPANNER_TABLE: v.optional(table, 'Operations'),
    TOPIC_LIFECYCLE: v.optional(topic, DEFAULT_LIFECYCLE_TOPIC),
    TOPIC_COMPLETIONS: v.optional(topic, 'operation-completions'),
    TOPIC_SIGNALS: v.optional(topic, 'operation-signals'),
    TOPIC_DEAD_LETTERS: v.optional(topic, 'operation-dead-letters'),
    /** The tenants of the deployment: their topics and the prefixes of their ids. None if empty. */
    TOPIC_PREFIXES: v.optional(topicPrefixList(lifecycleTopic), ''),
    WORKFLOW: v.optional(text, 'parallel-poll'),
    /** Which waits get a workflow execution: those with children or `sleep`, only those with external children, or none. */
    WAIT_WORKFLOW: v.optional(
      v.picklist(['always', 'external', 'sweep'], 'must be always, external or sweep'),
      'always',
    ),
    /** The URL of the Workflow Executions API. Google's if absent. */
    WORKFLOWS_ENDPOINT: optionalUrl,
    /** The URL of the function `resume`, which the workflow calls. */
    RESUME_URL: url,
    /** The OIDC audience of the workflow's calls to `resume`. The URL of `resume` if absent. */
    RESUME_AUDIENCE: optionalText,
    /** The URL of the function `operations`. */
    OPERATIONS_URL: optionalUrl,
    /** The URL of the function `sweep`, which Cloud Tasks calls. */
    SWEEP_URL: optionalUrl,
    /** The queue of Cloud Tasks for what is due before the next minute. No queue if absent. */
    TASKS_QUEUE: optionalText,
    TASKS_LOCATION: optionalText,
    /** The service account that a task calls `sweep` as. */
    TASKS_SERVICE_ACCOUNT: optionalText,
    /** Hosts that events may name in `resumeMethod` and `externalOperations`, separated by commas. */
    ALLOWED_HOSTS: v.optional(hostList(local), ''),
    /** Hosts whose OIDC audience is not their origin: `HOST=AUDIENCE`, separated by commas. */
    AUDIENCES: v.optional(audienceList, ''),
    /** Whether a child's end resumes its parents at once. If `off`, the workflow's poll resumes them. */
    PUSH: v.optional(onOff, 'on'),
    /** How long a terminal operation is kept if `created` gives no ttl. */
    DEFAULT_TTL_DAYS: v.optional(days, '30'),
    /** The size limit of each payload: metadata, response, error details, checkpoint, input. */
    MAX_PAYLOAD_BYTES: v.optional(
      whole(MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES, 'a number of bytes'),
      String(DEFAULT_PAYLOAD_LIMITS.payloadBytes),
    ),
    /** The number of retries of one method that `sweep` releases per second. */
    RETRIES_PER_SECOND: v.optional(whole(1, 99_999, 'a number of retries'), '100'),
    /** How long a call of the function may take. */
    TIMEOUT_SECONDS: v.optional(whole(1, 3600, 'a number of seconds'), '60'),
    /** The key that signs page tokens. A deployment reads it from Secret Manager. */
    PAGE_TOKEN_KEY: optionalText,
    LOG_LEVEL: v.optional(
      v.picklist(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent'),
      'info',
    ),
  });
}

const DEFAULT_LIFECYCLE_TOPIC = 'operation-lifecycle';

export type Settings = v.InferOutput<ReturnType<typeof schemaFor>>;

/**
 * @throws Error that names every variable that is missing or wrong, and the rule that it breaks. The message contains no
 * secret.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const lifecycleTopic = environment.TOPIC_LIFECYCLE || DEFAULT_LIFECYCLE_TOPIC;
  const schema = schemaFor(lifecycleTopic, environment.SPANNER_EMULATOR_HOST !== undefined);
  const result = v.safeParse(schema, environment);
  const problems = result.success
    ? problemsBetween(result.output)
    : result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  if (result.success && problems.length === 0) return result.output;
  throw new Error(
    `The environment is not complete:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}

/** Checks the rules that involve more than one setting. */
function problemsBetween(settings: Settings): readonly string[] {
  const { AUDIENCES, ALLOWED_HOSTS, TASKS_QUEUE, TOPIC_LIFECYCLE } = settings;
  const published = ['TOPIC_COMPLETIONS', 'TOPIC_SIGNALS', 'TOPIC_DEAD_LETTERS'] as const;
  const forTasks = ['TASKS_LOCATION', 'TASKS_SERVICE_ACCOUNT', 'SWEEP_URL'] as const;
  return [
    ...published
      .filter((name) => settings[name] === TOPIC_LIFECYCLE)
      .map((name) => `${name}: must be another topic than TOPIC_LIFECYCLE`),
    ...(TASKS_QUEUE ? forTasks : [])
      .filter((name) => !settings[name])
      .map((name) => `${name}: must be set where TASKS_QUEUE is`),
    ...[...AUDIENCES.keys()]
      .filter((host) => !isListed(host, ALLOWED_HOSTS))
      .map((host) => `AUDIENCES: must name hosts of ALLOWED_HOSTS, and has ${host}`),
  ];
}
