import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leftBehind } from '../../local/doctor/left-behind.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
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

  it('reports dead letters, although a test event goes all the way through', async () => {
    const topic = `${system.url}/v1/projects/local/topics/operation-lifecycle:publish`;
    const body = JSON.stringify({ messages: [{ data: btoa('no event') }] });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(topic, { method: 'POST', headers, body })).status).toBe(200);
    await until('the dead letter', async () => {
      const response = await fetch(`${system.url}/console-api/dead-letters`);
      return ((await response.json()) as { deadLetters: unknown[] }).deadLetters.length > 0;
    });
    const { code, stdout } = await runDoctor(['--local', system.url], REPOSITORY, process.env);
    expect(stdout).toMatch(
      /^missing {2}no dead letters: events that could not be applied: 1 in operation-dead-letters-local, the oldest since /m,
    );
    expect(stdout).toContain('ok       a test event goes all the way through');
    expect(code).toBe(1);
  });

  it('reports a sweep that fails or has stopped, and what nobody takes', async () => {
    const time = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
    const signals = {
      name: 'operation-signals-local',
      ...{ what: 'signals', count: 2, more: false, oldestTime: time(0) },
    };
    const lastSweep = { time: time(9), failed: 0, error: 'SQLite: database or disk is full' };
    const failing = { startTime: time(0), backlogs: [signals], lastSweep, sweepIntervalMs: 10_000 };
    const found = async (status: object) => {
      const server = createServer((_, response) => response.end(JSON.stringify(status)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const findings = await leftBehind(`http://127.0.0.1:${port}`, () => Date.parse(time(9)));
      await new Promise((resolve) => server.close(resolve));
      return Object.fromEntries(findings.map(({ what, problem }) => [what, problem]));
    };
    expect(await found(failing)).toEqual({
      'no dead letters': undefined,
      'nothing waits for long': expect.stringContaining(
        'signals: 2 in operation-signals-local, the oldest since 2026-01-01T00:00:00.000Z',
      ),
      'sweep runs': expect.stringContaining('database or disk is full'),
    });
    const unread = { ...signals, name: 'operation-completions-local', isOptional: true };
    const stopped = { ...failing, backlogs: [unread], lastSweep: { time: time(3), failed: 0 } };
    expect(await found(stopped)).toEqual({
      ...{ 'no dead letters': undefined, 'nothing waits for long': undefined },
      'sweep runs': expect.stringContaining('the last one was at 2026-01-01T00:03:00.000Z'),
    });
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
