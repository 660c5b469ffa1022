import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { DeployedProjects } from './deployed-projects.ts';
import { REPOSITORY, runDoctor, type SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

describe('npm run doctor', () => {
  it('shows its help', async () => {
    const { code, stdout } = await runDoctor(['--help'], REPOSITORY, process.env);
    expect(stdout).toContain('npm run doctor -- --local');
    expect(code).toBe(0);
  });

  it('looks at the local system without arguments', async () => {
    const { stdout } = await runDoctor([], REPOSITORY, process.env);
    expect(stdout).toMatch(/^(ok|missing) +a system at http:\/\/localhost:8080/);
  });
});

describe('npm run doctor -- --local', () => {
  let system: LocalSystem;
  beforeAll(async () => {
    system = await startEmbeddedSystem({ push: true, logLevel: 'silent' });
  });
  afterAll(() => system?.stop());

  it('finds nothing missing in a system that works, with a test event that goes all the way through', async () => {
    const { code, stdout } = await runDoctor(['--local', system.url], REPOSITORY, process.env);
    expect(stdout).toContain('ok       a test event goes all the way through');
    expect(stdout).toContain('Nothing is missing.');
    expect(code).toBe(0);
  });

  it('reports that nothing answers', async () => {
    const { code, stdout } = await runDoctor(['--local=http://127.0.0.1:9'], REPOSITORY, process.env);
    expect(stdout).toMatch(/^missing {2}a system at http:\/\/127\.0\.0\.1:9: /);
    expect(code).toBe(1);
  });
});

describe.skipIf(withoutBash('the doctor of a deployment'))('npm run doctor', () => {
  const projects = new DeployedProjects(['apply', ...SETTINGS]);
  afterAll(() => projects.remove());

  let project: SampleProject;
  beforeEach(async () => {
    project = await projects.create();
  });
  afterEach(() => project.remove());

  it('finds nothing missing in a deployment that works, and leaves nothing behind', async () => {
    const before = project.google.content()['pubsub subscriptions'];
    const { code, stdout, stderr } = await project.doctor(SETTINGS);
    expect(stderr).toBe('');
    expect(stdout).toContain('ok       Spanner: schema 0001_operations');
    expect(stdout).toContain('ok       the settings of on-lifecycle-event');
    expect(stdout).toContain('ok       a test event goes all the way through');
    expect(code).toBe(0);
    expect(project.google.content()['pubsub subscriptions']).toEqual(before);
  });

  it('names what is missing or different, and then sends no event', async () => {
    const { google } = project;
    google.of('pubsub topics').clear();
    const [workflow] = google.of('workflows').values();
    google.of('workflows').set('parallel-poll', { ...workflow, sourceContents: '# changed by hand' });
    const resume = JSON.stringify(google.of('functions').get('resume'));
    google.of('functions').set('resume', JSON.parse(resume.replace('1Gi', '256Mi')));
    const { code, stdout } = await project.doctor(SETTINGS);
    expect(stdout).toContain('missing  Topics: Signals to workers: ./deploy.sh apply makes it');
    expect(stdout).toMatch(/^missing {2}the deployed workflow is workflows\/parallel-poll.yaml/m);
    expect(stdout).toContain('missing  the settings of resume: MEMORY is 256Mi and not 1Gi');
    expect(stdout).toContain('missing  a test event: not sent');
    expect(code).toBe(1);
  });

  it('names a grant to everyone with its remedy', async () => {
    const grant = { role: 'roles/run.invoker', member: 'allUsers', title: undefined };
    project.google.policies.grant('run services operations', grant);
    const { code, stdout } = await project.doctor(SETTINGS);
    expect(stdout).toMatch(
      /^missing {2}The function operations: roles\/run.invoker is granted to allUsers: gcloud .* takes it away$/m,
    );
    expect(code).toBe(1);
  });

  it('names an ingress and a processor that someone changed by hand', async () => {
    const functions = project.google.of('functions');
    const sweep = JSON.stringify(functions.get('sweep'));
    const changed = sweep
      .replace('ALLOW_INTERNAL_ONLY', 'ALLOW_ALL')
      .replace('"availableCpu":"1"', '"availableCpu":"2"');
    functions.set('sweep', JSON.parse(changed));
    const { stdout } = await project.doctor(SETTINGS);
    expect(stdout).toContain(
      'missing  the settings of sweep: CPU is 2 and not 1, ingress is ALLOW_ALL and not ALLOW_INTERNAL_ONLY',
    );
  });

  it('names a missing alert, dashboard and metric', async () => {
    for (const group of ['monitoring policies', 'monitoring dashboards', 'logging metrics']) {
      project.google.of(group).clear();
    }
    const { stdout } = await project.doctor(SETTINGS);
    expect(stdout.match(/^missing {2}Alerts and the dashboard: .*apply makes it$/gm)).toHaveLength(7);
    expect(stdout.match(/^missing {2}Metrics: .*apply makes it$/gm)).toHaveLength(2);
  });

  it('refuses hosts that only the functions know to be public suffixes', async () => {
    const { stdout } = await project.doctor([...SETTINGS, '--allowed-hosts=*.is-a-geek.com']);
    expect(stdout).toMatch(
      /^missing {2}the settings are as the functions read them: ALLOWED_HOSTS: must have no wildcard/m,
    );
  });

  it('says which setting of its own is wrong', async () => {
    const { code, stderr } = await project.doctor(['--project-id=x']);
    expect(code).toBe(1);
    expect(stderr).toContain('PROJECT_ID must be');
  });
});
