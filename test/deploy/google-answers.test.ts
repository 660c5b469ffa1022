import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeployedProjects } from './deployed-projects.ts';
import { SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

const projects = new DeployedProjects(['apply', ...SETTINGS]);
afterAll(() => projects.remove());

let project: SampleProject;
beforeEach(async () => {
  project = await SampleProject.create();
});
afterEach(() => project.remove());

const deploy = (command: string, ...more: readonly string[]) =>
  project.deploy([command, ...SETTINGS, ...more]);

/** Takes the place of the empty project. */
async function deployedProject(): Promise<SampleProject> {
  await project.remove();
  return projects.create();
}

/** Temporary errors of gcloud, each from a public report. */
const PASSING = [
  'Service account x does not exist.',
  'INVALID_ARGUMENT: Service account service-1@gcp-sa-pubsub.iam.gserviceaccount.com does not exist.',
  "PERMISSION_DENIED: Permission 'iam.serviceaccounts.actAs' denied on service account x (or it may not exist).",
  'Permission denied on resource x (or it may not exist)',
  'The caller does not have permission: denied. You must grant roles/iam.serviceAccountUser',
  'Permission iam.serviceAccounts.actAs is denied on the service account',
  'Permission denied while using the Eventarc Service Agent',
  'lro-build@p.iam.gserviceaccount.com does not have storage.objects.get access to the bucket',
  'Cloud Scheduler API has not been used in project 1 before or it is disabled',
  'IAM policy changes may need time to propagate',
  'Cannot find metric(s). If a metric was created recently, it could take up to 10 minutes',
];

describe.skipIf(withoutBash('deploy.sh and what Google answers'))(
  'deploy.sh, if Google stores something else than it was sent',
  () => {
    it('sees that a job is as it should be: Cloud Scheduler stores a slash after the host', async () => {
      project = await deployedProject();
      const [job] = project.google.of('scheduler jobs').values();
      expect(job).toMatchObject({ httpTarget: { uri: 'https://sweep-123456789012.us-central1.run.app/' } });
      const status = await deploy('status');
      expect(status.stdout).toContain('ok       scheduler job lro-sweep');
      expect((await deploy('plan')).stdout).not.toContain('scheduler jobs');
    });

    it('sees that a job is as it should be if the slash is not stored', async () => {
      project = await deployedProject();
      const jobs = project.google.of('scheduler jobs');
      const job = JSON.parse(JSON.stringify(jobs.get('lro-sweep')).replaceAll('run.app/', 'run.app'));
      jobs.set('lro-sweep', job);
      expect((await deploy('status')).stdout).toContain('ok       scheduler job lro-sweep');
    });

    it.each([
      ['failed before it had a service', { state: 'FAILED' }, false],
      ['failed with a service of an earlier revision', { state: 'FAILED', labels: {} }, true],
      ['is being deployed', { state: 'DEPLOYING', labels: { 'deployment-tool': 'cli-gcloud' } }, true],
    ])('plans, shows and deploys a function again that %s', async (_, found, service) => {
      project = await deployedProject();
      project.google.of('functions').set('resume', found);
      if (!service) project.google.of('run services').delete('resume');
      const plan = await deploy('plan');
      expect(plan).toMatchObject({ code: 0, stderr: '' });
      expect(plan.stdout).toContain('gcloud functions deploy resume');
      expect((await deploy('status')).stdout).toContain('not yet  Ends waits: called by the workflow');
      expect((await deploy('apply')).code).toBe(0);
      expect(project.google.of('functions').get('resume')).toMatchObject({ state: 'ACTIVE' });
    });

    it('plans and shows a project in which every field is absent that may be', async () => {
      project = await deployedProject();
      for (const group of [
        'pubsub topics',
        'functions',
        'workflows',
        'scheduler jobs',
        'spanner instances',
      ]) {
        const found = project.google.of(group);
        for (const id of found.keys()) found.set(id, {});
      }
      const subscriptions = project.google.of('pubsub subscriptions');
      subscriptions.set('on-lifecycle-event', {
        topic: 'projects/sample-project/topics/operation-lifecycle',
      });
      for (const command of ['plan', 'status']) {
        expect(await deploy(command)).toMatchObject({ code: 0, stderr: '' });
      }
      expect((await deploy('apply')).code).toBe(0);
      expect((await deploy('plan')).stdout.trim()).toMatch(/^Nothing to run/);
    });

    it('waits for service agents that Google makes late', async () => {
      project.google.lateBy = 3;
      const result = await deploy('apply');
      expect(result.code).toBe(0);
      expect(result.stderr).toContain('gcp-sa-pubsub.iam.gserviceaccount.com does not exist.');
      expect(result.stderr).toContain('Workflows service agent does not exist.');
      expect(result.stderr).toContain('attempt 4 of 8');
      expect((await deploy('apply')).stdout).toContain('Nothing run.');
    });

    it.each(PASSING)('tries again if gcloud says: %s', async (message) => {
      project.google.lateBy = 0;
      project.google.failure = { at: 1, times: 2, message };
      const result = await deploy('schema');
      expect(result.stderr).toContain('attempt 3 of 8');
      expect(result.code).toBe(0);
    });

    it.each(['PERMISSION_DENIED: not allowed', 'ALREADY_EXISTS: x', 'INVALID_ARGUMENT: the name is wrong'])(
      'gives up at once if gcloud says: %s',
      async (message) => {
        project.google.failure = { at: 1, times: 1, message };
        const result = await deploy('schema');
        expect(result.stderr).not.toContain('attempt');
        expect(result.code).toBe(1);
      },
    );

    it('makes a custom role again that was deleted, and mends one that has other permissions', async () => {
      project = await deployedProject();
      const roles = project.google.of('iam roles');
      roles.set('lroDatabaseUser', { ...roles.get('lroDatabaseUser'), deleted: true });
      expect((await deploy('apply')).stdout).toContain('gcloud iam roles undelete lroDatabaseUser');
      roles.set('lroDatabaseUser', { stage: 'GA', includedPermissions: ['spanner.databases.updateDdl'] });
      expect((await deploy('apply')).stdout).toContain('gcloud iam roles update lroDatabaseUser');
      expect((await deploy('plan')).stdout.trim()).toMatch(/^Nothing to run/);
    });
  },
);

describe.skipIf(withoutBash('deploy.sh and public access'))('deploy.sh, if something is public', () => {
  const PUBLIC = [
    ['run services on-lifecycle-event', 'roles/run.invoker', 'allUsers'],
    ['run services operations', 'roles/run.invoker', 'allUsers'],
    ['run services resume', 'roles/run.invoker', 'allAuthenticatedUsers'],
    ['run services sweep', 'roles/run.invoker', 'allUsers'],
    ['pubsub topics operation-lifecycle', 'roles/pubsub.publisher', 'allUsers'],
    ['pubsub topics operation-signals', 'roles/pubsub.subscriber', 'allAuthenticatedUsers'],
    ['secrets lro-page-token-key', 'roles/secretmanager.secretAccessor', 'allUsers'],
  ] as const;

  it('fails a plan and an apply, and names each grant to everyone with the command that takes it away', async () => {
    project = await deployedProject();
    for (const [key, role, member] of PUBLIC)
      project.google.policies.grant(key, { role, member, title: undefined });
    const before = project.google.changes.length;
    for (const command of ['plan', 'apply']) {
      const result = await deploy(command);
      expect(result.code).toBe(1);
      for (const [key, role, member] of PUBLIC) {
        const resource = key.split(' ').at(-1);
        const remedy = `remove-iam-policy-binding ${resource}.* --role=${role} --member=${member} .*takes it away`;
        expect(result.stderr).toMatch(new RegExp(`${role} is granted to ${member}: gcloud .*${remedy}`));
      }
    }
    expect(project.google.changes).toHaveLength(before);
    const { stdout } = await deploy('status');
    for (const [, role, member] of PUBLIC)
      expect(stdout).toContain(`wrong    ${role} is granted to ${member}`);
  });

  it('fails if a service checks no tokens', async () => {
    project = await deployedProject();
    const annotations = { 'run.googleapis.com/invoker-iam-disabled': 'true' };
    project.google.of('run services').set('operations', { metadata: { name: 'operations', annotations } });
    const result = await deploy('apply');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('operations can be called without a token');
  });
});

describe.skipIf(withoutBash('deploy.sh and a login'))('deploy.sh without a login', () => {
  it.each(['plan', 'apply', 'status', 'destroy', 'schema'])(
    'says so before anything else: %s',
    async (command) => {
      project.google.login = undefined;
      const result = await deploy(command);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/^deploy.sh: .*looks at the project with gcloud, which is not logged in/);
      expect(result.stderr).toContain('plan --offline');
      expect(project.google.commands).toHaveLength(1);
    },
  );

  it('prints the plan of an empty project offline, and asks gcloud for nothing', async () => {
    const online = await deploy('plan');
    const before = project.google.commands.length;
    const offline = await deploy('plan', '--offline');
    expect(offline).toMatchObject({ code: 0, stderr: '' });
    expect(project.google.commands).toHaveLength(before);
    const normalized = online.stdout
      .replaceAll('123456789012', 'PROJECT_NUMBER')
      .replace(/[0-9a-f]{40}/g, 'REVISION');
    expect(offline.stdout).toBe(normalized);
  });

  it('prints it if gcloud is not installed', async () => {
    const env = { PATH: '/usr/bin:/bin' };
    const { code, stdout } = await project.deploy(['plan', '--offline', ...SETTINGS], { env });
    expect(code).toBe(0);
    expect(stdout).toContain('gcloud functions deploy on-lifecycle-event');
  });

  it('goes with plan only', async () => {
    expect((await deploy('apply', '--offline')).stderr).toContain('--offline is allowed only with plan');
  });
});
