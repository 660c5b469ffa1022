/** The settings of the functions: environment variables, which deploy.sh and Terraform set by the same rules. */
import * as v from 'valibot';
import { DEFAULT_PAYLOAD_LIMITS, MAX_PAYLOAD_BYTES } from '../shared/messages/limits.ts';
import { audienceList, hostList, isListed } from './host-settings.ts';
import { topicPrefixList } from './topic-prefixes.ts';

const text = v.pipe(v.string('must be set'), v.minLength(1, 'must not be empty'));
/** A setting that is absent where it is empty. */
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

/** A switch as environment variables have it. */
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
 * @param lifecycleTopic the common lifecycle topic. The topics of TOPIC_PREFIXES begin with its name.
 * @param local whether the process runs on emulators, where ALLOWED_HOSTS may have origins of this machine.
 */
function schemaFor(lifecycleTopic: string, local: boolean) {
  return v.object({
    /** The project of everything below. Cloud Run functions do not set it: deploy.sh does. */
    PROJECT_ID: text,
    LOCATION: v.optional(text, 'us-central1'),
    SPANNER_INSTANCE: v.optional(text, 'lro'),
    SPANNER_DATABASE: v.optional(text, 'lro'),
    SPANNER_TABLE: v.optional(table, 'Operations'),
    TOPIC_LIFECYCLE: v.optional(topic, DEFAULT_LIFECYCLE_TOPIC),
    TOPIC_COMPLETIONS: v.optional(topic, 'operation-completions'),
    TOPIC_SIGNALS: v.optional(topic, 'operation-signals'),
    TOPIC_DEAD_LETTERS: v.optional(topic, 'operation-dead-letters'),
    /** The tenants of the deployment; none where empty. */
    TOPIC_PREFIXES: v.optional(topicPrefixList(lifecycleTopic), ''),
    WORKFLOW: v.optional(text, 'parallel-poll'),
    /** Which waits a workflow execution holds: those with children or `sleep`, those with external children, or none. */
    WAIT_WORKFLOW: v.optional(
      v.picklist(['always', 'external', 'sweep'], 'must be always, external or sweep'),
      'always',
    ),
    /** Where the Workflow Executions API is; Google's own where absent. */
    WORKFLOWS_ENDPOINT: optionalUrl,
    /** The URL of the function `resume`, which the workflow calls. */
    RESUME_URL: url,
    /** The OIDC audience of that call; the URL where absent. */
    RESUME_AUDIENCE: optionalText,
    /** The URL of the function `operations`. */
    OPERATIONS_URL: optionalUrl,
    /** The URL of the function `sweep`, which tasks call. */
    SWEEP_URL: optionalUrl,
    /** The queue of Cloud Tasks for what is due before the next minute; none where absent. */
    TASKS_QUEUE: optionalText,
    TASKS_LOCATION: optionalText,
    /** The account in whose name a task calls `sweep`. */
    TASKS_SERVICE_ACCOUNT: optionalText,
    /** Hosts that events may name in `resumeMethod` and `externalOperations`, separated by commas. */
    ALLOWED_HOSTS: v.optional(hostList(local), ''),
    /** Hosts that take OIDC tokens for another audience than their own origin: `HOST=AUDIENCE`, separated by commas. */
    AUDIENCES: v.optional(audienceList, ''),
    /** Whether a child's end resumes its parents at once; `off` leaves it to the workflow. */
    PUSH: v.optional(onOff, 'on'),
    /** How long terminal operations are kept where `created` gives no ttl. */
    DEFAULT_TTL_DAYS: v.optional(days, '30'),
    /** The limit of each payload: metadata, response, error details, checkpoint, input. */
    MAX_PAYLOAD_BYTES: v.optional(
      whole(MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES, 'a number of bytes'),
      String(DEFAULT_PAYLOAD_LIMITS.payloadBytes),
    ),
    /** How many retries of one method a sweep releases a second. */
    RETRIES_PER_SECOND: v.optional(whole(1, 99_999, 'a number of retries'), '100'),
    /** How long a call of the function may take. */
    TIMEOUT_SECONDS: v.optional(whole(1, 3600, 'a number of seconds'), '60'),
    /** What page tokens are signed with; from Secret Manager in a deployment. */
    PAGE_TOKEN_KEY: optionalText,
    LOG_LEVEL: v.optional(
      v.picklist(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent'),
      'info',
    ),
  });
}

const DEFAULT_LIFECYCLE_TOPIC = 'operation-lifecycle';

export type Settings = v.InferOutput<ReturnType<typeof schemaFor>>;

/** @throws Error that names every variable that is missing or wrong, and its rule. It names no secret. */
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

/** The rules that hold between settings. */
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
