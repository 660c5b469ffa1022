import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleProject, SETTINGS } from './deployment.ts';
import { commandOf } from './gcloud/command.ts';
import { formatted } from './gcloud/format.ts';
import type { Json } from './gcloud/json.ts';
import { installed } from './left-out.ts';
import { type RealGcloud, realGcloud } from './real-gcloud.ts';

const PROJECT = 'projects/sample-project';
const HERE = `${PROJECT}/locations/us-central1`;
const policy = {
  version: 3,
  bindings: [
    { role: 'roles/a', members: ['user:one@example.com', 'user:two@example.com'] },
    {
      role: 'roles/b',
      members: ['user:one@example.com'],
      condition: { title: 'lro-sources', expression: 'true' },
    },
  ],
};
const POLICY_LINES = [
  'roles/a\tuser:one@example.com\t',
  'roles/a\tuser:two@example.com\t',
  'roles/b\tuser:one@example.com\tlro-sources',
];

/** The answers of the APIs, as in their reference pages, and what deploy.sh has to read from them. */
const CASES: readonly { command: string; path: string; answer: object; lines: readonly string[] }[] = [
  {
    command: 'projects describe',
    path: PROJECT,
    answer: { projectId: 'sample-project', projectNumber: '123' },
    lines: ['123'],
  },
  {
    command: 'services list',
    path: `${PROJECT}/services`,
    answer: {
      services: [
        {
          name: 'projects/123/services/run.googleapis.com',
          config: { name: 'run.googleapis.com' },
          state: 'ENABLED',
        },
      ],
    },
    lines: ['run.googleapis.com'],
  },
  {
    command: 'iam service-accounts list',
    path: '/serviceAccounts',
    answer: { accounts: [{ name: 'x', email: 'lro-build@sample-project.iam.gserviceaccount.com' }] },
    lines: ['lro-build@sample-project.iam.gserviceaccount.com'],
  },
  {
    command: 'pubsub topics list',
    path: '/topics',
    answer: {
      topics: [
        { name: `${PROJECT}/topics/a`, messageRetentionDuration: '604800s' },
        {
          name: `${PROJECT}/topics/b`,
          kmsKeyName: 'k',
          messageStoragePolicy: { allowedPersistenceRegions: ['r', 's'] },
        },
      ],
    },
    lines: ['a\t604800s\t\t', 'b\t\tk\tr,s'],
  },
  {
    command: 'pubsub subscriptions list',
    path: '/subscriptions',
    answer: {
      subscriptions: [
        {
          name: `${PROJECT}/subscriptions/s`,
          topic: `${PROJECT}/topics/t`,
          ackDeadlineSeconds: 90,
          messageRetentionDuration: '604800s',
          expirationPolicy: {},
          retryPolicy: { minimumBackoff: '10s', maximumBackoff: '600s' },
          deadLetterPolicy: { deadLetterTopic: `${PROJECT}/topics/d`, maxDeliveryAttempts: 100 },
          pushConfig: {
            pushEndpoint: 'https://f/p',
            oidcToken: { serviceAccountEmail: 'a@b', audience: 'https://f' },
          },
        },
        {
          name: `${PROJECT}/subscriptions/pull`,
          topic: '_deleted-topic_',
          filter: 'attributes.method = "a"',
        },
      ],
    },
    lines: [
      's\tt\t90\t604800s\t\t10s\t600s\td\t100\thttps://f/p\ta@b\thttps://f\t',
      'pull\t_deleted-topic_\t\t\t\t\t\t\t\t\t\t\tattributes.method = "a"',
    ],
  },
  {
    command: 'artifacts repositories list',
    path: '/repositories',
    answer: { repositories: [{ name: `${HERE}/repositories/r`, format: 'DOCKER' }] },
    lines: ['r'],
  },
  {
    command: 'functions list',
    path: '/functions',
    answer: {
      functions: [
        {
          name: `${HERE}/functions/resume`,
          state: 'ACTIVE',
          labels: { lro_revision: 'abc' },
          environment: 'GEN_2',
        },
        {
          name: `${HERE}/functions/f`,
          state: 'FAILED',
          eventTrigger: { trigger: `${HERE}/triggers/t` },
          environment: 'GEN_2',
        },
      ],
    },
    lines: ['resume\tACTIVE\tabc\t', 'f\tFAILED\t\tt'],
  },
  {
    command: 'workflows list',
    path: '/workflows',
    answer: {
      workflows: [{ name: `${HERE}/workflows/w`, state: 'ACTIVE', labels: { lro_revision: 'abc' } }],
    },
    lines: ['w\tACTIVE\tabc'],
  },
  {
    command: 'scheduler jobs list',
    path: '/jobs',
    answer: {
      jobs: [
        {
          name: `${HERE}/jobs/j`,
          schedule: '* * * * *',
          attemptDeadline: '60s',
          httpTarget: { uri: 'https://u/', oidcToken: { serviceAccountEmail: 'a@b', audience: 'https://u' } },
        },
      ],
    },
    lines: ['j\t* * * * *\thttps://u/\ta@b\thttps://u\t60s'],
  },
  {
    command: 'spanner instances list',
    path: '/instances',
    answer: { instances: [{ name: `${PROJECT}/instances/lro`, displayName: 'lro-orchestrator' }] },
    lines: ['lro\tlro-orchestrator'],
  },
  {
    command: 'spanner databases list',
    path: '/databases',
    answer: {
      databases: [
        { name: `${PROJECT}/instances/lro/databases/lro`, state: 'READY' },
        { name: `${PROJECT}/instances/lro/databases/b`, encryptionConfig: { kmsKeyName: 'k' } },
      ],
    },
    lines: ['lro\t', 'b\tk'],
  },
  {
    command: 'spanner backup-schedules list',
    path: '/backupSchedules',
    answer: {
      backupSchedules: [{ name: `${PROJECT}/x/backupSchedules/lro-daily`, retentionDuration: '604800s' }],
    },
    lines: ['lro-daily\t604800s'],
  },
  {
    command: 'iam roles describe',
    path: '/roles/lroDatabaseUser',
    answer: { name: 'projects/p/roles/r', stage: 'GA', deleted: true, includedPermissions: ['b', 'a'] },
    lines: ['GA\tTrue\tb,a'],
  },
  {
    command: 'run services list',
    path: '/services',
    answer: {
      items: [
        {
          metadata: {
            name: 'console',
            annotations: {
              'run.googleapis.com/invoker-iam-disabled': 'true',
              'run.googleapis.com/iap-enabled': 'true',
            },
          },
        },
        { metadata: { name: 'resume' } },
      ],
    },
    lines: ['console\ttrue\ttrue', 'resume\t\t'],
  },
  {
    command: 'tasks queues list',
    path: '/queues',
    answer: {
      queues: [
        {
          name: `${HERE}/queues/q`,
          state: 'RUNNING',
          rateLimits: { maxDispatchesPerSecond: 20 },
          retryConfig: { maxAttempts: 5 },
        },
      ],
    },
    lines: ['q\tRUNNING\t20.0\t5'],
  },
  {
    command: 'secrets list',
    path: '/secrets',
    answer: { secrets: [{ name: 'projects/1/secrets/k' }] },
    lines: ['k'],
  },
  {
    command: 'logging metrics list',
    path: '/metrics',
    answer: { metrics: [{ name: 'm', description: 'what (revision x)', filter: 'f' }] },
    lines: ['m\twhat (revision x)'],
  },
  {
    command: 'alpha monitoring policies list',
    path: '/alertPolicies',
    answer: {
      alertPolicies: [
        { name: `${PROJECT}/alertPolicies/1`, displayName: 'a: b', userLabels: { lro_revision: 'r' } },
      ],
    },
    lines: ['a: b\t1\tr'],
  },
  {
    command: 'monitoring dashboards list',
    path: '/dashboards',
    answer: { dashboards: [{ name: `${PROJECT}/dashboards/1`, displayName: 'd' }] },
    lines: ['d\t1\t'],
  },
  {
    command: 'projects get-iam-policy',
    path: `${PROJECT}:getIamPolicy`,
    answer: policy,
    lines: POLICY_LINES,
  },
  {
    command: 'pubsub topics get-iam-policy',
    path: 'operation-signals:getIamPolicy',
    answer: policy,
    lines: POLICY_LINES,
  },
  {
    command: 'run services get-iam-policy',
    path: '/services/on-lifecycle-event:getIamPolicy',
    answer: policy,
    lines: POLICY_LINES,
  },
  {
    command: 'spanner databases get-iam-policy',
    path: '/databases/lro:getIamPolicy',
    answer: policy,
    lines: POLICY_LINES,
  },
];

let gcloud: RealGcloud;
let project: SampleProject;
let calls: readonly (readonly string[])[];
beforeAll(async () => {
  project = await SampleProject.create();
  gcloud = await realGcloud(project.root, (request) => {
    const found = CASES.find(({ path }) => request.path.endsWith(path));
    return found && { body: found.answer };
  });
  // The second run looks at everything there is.
  await project.deploy(['apply', ...SETTINGS, '--tasks-queue=q']);
  await project.deploy(['plan', ...SETTINGS, '--tasks-queue=q']);
  calls = project.google.calls;
});
afterAll(async () => {
  await Promise.all([gcloud.close(), project.remove()]);
});

/** The first call of deploy.sh with these words. */
function callOf(words: string): readonly string[] {
  const call = calls.find((each) => each.join(' ').startsWith(words));
  if (!call) throw new Error(`deploy.sh did not run gcloud ${words}`);
  return call;
}

// The stand-in prints the same columns, so these cases are what its answers rest on.
describe.skipIf(!installed('gcloud'))('what the APIs answer', () => {
  it('is printed by the installed gcloud in the columns that deploy.sh reads', async () => {
    const seen: (readonly [string, readonly string[]])[] = [];
    for (const { command, path } of CASES) {
      const resource = path.match(/\/?([^/]+):getIamPolicy$/)?.[1] ?? '';
      const { stdout } = await gcloud.run(callOf(`${command} ${resource}`));
      seen.push([command, linesOf(stdout)]);
    }
    const expected = CASES.map(({ command, lines }) => [command, lines]);
    expect(seen).toEqual(expected);
  });

  it('is printed alike by the stand-in', () => {
    for (const { command, answer, lines } of CASES) {
      const { flags } = commandOf(callOf(command));
      const [listed] = Object.values(answer);
      const resources = command.endsWith(' list') ? (listed as Json[]) : [answer as Json];
      const printed = formatted(resources, flags.get('format'), flags.get('flatten'));
      const shown = linesOf(printed.replace('\t20\t', '\t20.0\t'));
      expect([command, shown]).toEqual([command, lines]);
    }
  });
});

function linesOf(printed: string): readonly string[] {
  return printed.replace(/\n$/, '').split('\n');
}
