import { z } from 'zod';

/** A switch as environment variables have it. */
const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');
const days = z.coerce.number().positive().max(3650);
const hosts = z.string().transform((list) =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const schema = z.object({
  /** The project of everything below. Cloud Run functions do not set it: deploy.sh does. */
  PROJECT_ID: z.string().min(1),
  LOCATION: z.string().min(1).default('us-central1'),
  SPANNER_INSTANCE: z.string().min(1).default('lro'),
  SPANNER_DATABASE: z.string().min(1).default('lro'),
  SPANNER_TABLE: z.string().min(1).default('Operations'),
  TOPIC_COMPLETIONS: z.string().min(1).default('operation-completions'),
  TOPIC_SIGNALS: z.string().min(1).default('operation-signals'),
  TOPIC_DEAD_LETTERS: z.string().min(1).default('operation-dead-letters'),
  WORKFLOW: z.string().min(1).default('parallel-poll'),
  /** Where the Workflow Executions API is; Google's own where absent. */
  WORKFLOWS_ENDPOINT: z.url().optional(),
  /** The URL of the function `resume`, which the workflow calls. */
  RESUME_URL: z.url(),
  /** The OIDC audience of that call; the URL where absent. */
  RESUME_AUDIENCE: z.string().min(1).optional(),
  /** Hosts that events may name in `resumeMethod` and `externalOperations`, separated by commas. */
  ALLOWED_HOSTS: hosts.default([]),
  /** Whether a child's end resumes its parents at once; `off` leaves it to the workflow. */
  PUSH: onOff.default(true),
  /** How long terminal operations are kept where `created` gives no ttl. */
  DEFAULT_TTL_DAYS: days.default(30),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type Settings = z.infer<typeof schema>;

/** The settings of a function; an error that names every variable that is missing or wrong, and the rule. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`The environment is not complete:\n${problems.join('\n')}`);
}
