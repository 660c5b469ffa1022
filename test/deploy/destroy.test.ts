import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

let project: SampleProject;
beforeEach(async () => {
  project = await SampleProject.create();
  await project.deploy(['apply', ...SETTINGS]);
});
afterEach(() => project.remove());

const destroy = (options: readonly string[], input = '') =>
  project.deploy(['destroy', ...SETTINGS, ...options], { input });

const DATA = ['apis', 'databases', 'instances', 'schema', 'subscriptions', 'topics', 'versions'];

describe.skipIf(withoutBash('deploy.sh destroy'))('deploy.sh destroy', () => {
  it('shows what it would do, and does nothing unless the project id is typed', async () => {
    const before = await project.content();
    const refused = await destroy([], 'yes\n');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('gcloud functions delete on-lifecycle-event');
    expect(refused.stdout).toContain('The data stays.');
    expect(await project.content()).toEqual(before);
  });

  it('keeps the data, and no role of an account that is gone', async () => {
    expect(await destroy([], 'sample-project\n')).toMatchObject({ code: 0 });
    const content = await project.content();
    const tables = Object.keys(content).filter((table) => !table.startsWith('policy.'));
    expect(tables).toEqual(DATA);
    expect(content.databases).toEqual(['lro']);
    expect(content.topics).toHaveLength(4);
    const policies = Object.entries(content).filter(([table]) => table.startsWith('policy.'));
    expect(
      policies.flatMap(([, grants]) => grants).filter((grant) => grant.includes('@sample-project')),
    ).toEqual([]);
  });

  it('deletes the data when told, with the instance that it made', async () => {
    const result = await destroy(['--delete-data'], 'sample-project\n');
    expect(result.stdout).toContain('ALL DATA IS DELETED.');
    expect(Object.keys(await project.content())).toEqual(['apis']);
  });

  it('leaves an instance that is not its own, or that has another database', async () => {
    await project.write('instances', 'lro\tsomebody-else\n');
    await destroy(['--delete-data', '--yes']);
    expect(await project.content()).toMatchObject({ instances: ['lro\tsomebody-else'] });
    await project.deploy(['apply', ...SETTINGS]);
    await project.write('instances', 'lro\tlro-orchestrator\n');
    await project.write('databases', 'lro\nother\n');
    await destroy(['--delete-data', '--yes']);
    expect(await project.content()).toMatchObject({
      instances: ['lro\tlro-orchestrator'],
      databases: ['other'],
    });
  });

  it('does nothing in a project without a deployment, and can be followed by apply', async () => {
    await destroy(['--yes']);
    const again = await destroy(['--yes']);
    expect(again.stdout).toContain('Nothing');
    expect((await project.deploy(['apply', ...SETTINGS])).code).toBe(0);
    expect((await project.deploy(['plan', ...SETTINGS])).stdout).toContain('Nothing to run');
  });
});
