import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeployedProjects } from './deployed-projects.ts';
import { type SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

const projects = new DeployedProjects(['apply', ...SETTINGS]);
afterAll(() => projects.remove());

let project: SampleProject;
beforeEach(async () => {
  project = await projects.create();
});
afterEach(() => project.remove());

const destroy = (options: readonly string[], input = '') =>
  project.deploy(['destroy', ...SETTINGS, ...options], { input });

describe.skipIf(withoutBash('deploy.sh destroy'))('deploy.sh destroy', () => {
  it('shows its steps, and does nothing unless the project id is typed', async () => {
    const before = project.google.content();
    const refused = await destroy([], 'yes\n');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('gcloud functions delete on-lifecycle-event');
    expect(refused.stdout).toContain('The data stays.');
    expect(project.google.content()).toEqual(before);
  });

  it('keeps the data, and no role of an account that is gone', async () => {
    expect(await destroy([], 'sample-project\n')).toMatchObject({ code: 0 });
    const content = project.google.content();
    expect(Object.keys(content)).toEqual([
      'iam roles',
      'pubsub subscriptions',
      'pubsub topics',
      'spanner backup-schedules',
      'spanner databases',
      'spanner instances',
    ]);
    expect(content['spanner databases']).toEqual(['lro']);
    expect(content['pubsub topics']).toHaveLength(4);
    const members = project.google.policies.all().map(({ member }) => member);
    expect(members.filter((member) => member.includes('@sample-project'))).toEqual([]);
  });

  it('lets events wait in their subscription, and pushes them again after the next apply', async () => {
    const subscriptions = project.google.of('pubsub subscriptions');
    await destroy(['--yes']);
    expect(subscriptions.get('on-lifecycle-event')).toMatchObject({ pushConfig: {} });
    await project.deploy(['apply', ...SETTINGS]);
    expect(subscriptions.get('on-lifecycle-event')).toMatchObject({
      pushConfig: { pushEndpoint: expect.stringContaining('https://on-lifecycle-event-123456789012') },
    });
  });

  it('deletes the data when told, with the instance that it made', async () => {
    const result = await destroy(['--delete-data'], 'sample-project\n');
    expect(result.stdout).toContain('ALL DATA IS DELETED.');
    // The role has a name that Google would not give again for weeks.
    expect(project.google.content()).toEqual({ 'iam roles': ['lroDatabaseUser'] });
  });

  it('lists the backups and keeps their instance', async () => {
    project.google.of('spanner backups').set('backup-1', {}).set('backup-2', {});
    const result = await destroy(['--delete-data', '--yes']);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('gcloud spanner backups delete backup-1 --instance=lro');
    expect(result.stdout).toContain('gcloud spanner backups delete backup-2 --instance=lro');
    expect(project.google.content()).toMatchObject({
      'spanner instances': ['lro'],
      'spanner backups': ['backup-1', 'backup-2'],
    });
    expect(project.google.content()).not.toHaveProperty('spanner databases');
  });

  it('leaves an instance that is not its own, or that has another database', async () => {
    const { google } = project;
    google.of('spanner instances').set('lro', { displayName: 'someone-else' });
    await destroy(['--delete-data', '--yes']);
    expect(google.content()).toMatchObject({ 'spanner instances': ['lro'] });
    await project.deploy(['apply', ...SETTINGS]);
    google.of('spanner instances').set('lro', { displayName: 'lro-orchestrator' });
    google.of('spanner databases').set('other', {});
    await destroy(['--delete-data', '--yes']);
    expect(google.content()).toMatchObject({ 'spanner instances': ['lro'], 'spanner databases': ['other'] });
  });

  it('pauses the queue, whose name Google would not give again for days', async () => {
    const queue = '--tasks-queue=due';
    await project.deploy(['apply', ...SETTINGS, queue]);
    await destroy(['--yes', queue]);
    expect(project.google.of('tasks queues').get('due')).toMatchObject({ state: 'PAUSED' });
    expect((await project.deploy(['apply', ...SETTINGS, queue])).code).toBe(0);
    expect(project.google.of('tasks queues').get('due')).toMatchObject({ state: 'RUNNING' });
  });

  it('does nothing in a project without a deployment, and can be followed by apply', async () => {
    await destroy(['--yes']);
    const again = await destroy(['--yes']);
    expect(again.stdout).toContain('Nothing');
    expect((await project.deploy(['apply', ...SETTINGS])).code).toBe(0);
    expect((await project.deploy(['plan', ...SETTINGS])).stdout).toContain('Nothing to run');
  });
});
