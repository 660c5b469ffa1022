import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Result, SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

const REPEATED = 'spanner databases ddl update';

let project: SampleProject;
beforeEach(async () => {
  project = await SampleProject.create();
});
afterEach(() => project.remove());

const apply = (env = {}) => project.deploy(['apply', ...SETTINGS], { env });

describe.skipIf(withoutBash('deploy.sh apply'))('deploy.sh apply', () => {
  it('runs what plan prints, and plan runs nothing', async () => {
    const plan = await project.deploy(['plan', ...SETTINGS]);
    expect(plan.code).toBe(0);
    expect(await project.changes()).toEqual([]);

    const applied = await apply();
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    const commands = plan.stdout.match(/^gcloud /gm) ?? [];
    expect(await project.changes()).toHaveLength(commands.length);
    expect(applied.stdout).toContain('Deployed.');
  });

  it('changes nothing in the second run', async () => {
    await apply();
    const before = await project.changes();
    const again = await apply();
    expect(again.stdout).toContain('Nothing run.');
    expect(await project.changes()).toEqual(before);
    expect((await project.deploy(['plan', ...SETTINGS])).stdout.trim()).toMatch(/^Nothing to run/);
    const status = await project.deploy(['status', ...SETTINGS]);
    expect(status.stdout).toContain('Nothing needed.');
    expect(status.stdout).not.toContain('not yet');
  });

  it('goes on where it was broken off, after whichever command that was', { timeout: 300_000 }, async () => {
    const unbroken = await SampleProject.create();
    await unbroken.deploy(['apply', ...SETTINGS]);
    const expected = await unbroken.changes();

    let run: Result;
    do {
      const done = await project.changes();
      // Schema files that are applied are on record only with the next command: where that is missing, they are applied
      // again, which does no harm. So that run is given two commands.
      const steps = done.at(-1)?.startsWith('spanner databases create') ? 2 : 1;
      run = await apply({ BREAK_AFTER: String(done.length + steps) });
      // Each run takes up with the next command: none is left out, and no other is repeated.
      const changes = (await project.changes()).filter((change) => !change.startsWith(REPEATED));
      expect(changes).toEqual(expected.slice(0, changes.length));
    } while (run.code === undefined);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect((await project.changes()).length).toBe(expected.length + 1);
    expect(await project.content()).toEqual(await unbroken.content());
    await unbroken.remove();
  });

  it('stops at a command that fails, says so, and goes on in the next run', async () => {
    const failed = await apply({ FAIL_AT: '20', FAIL_WITH: 'PERMISSION_DENIED: not allowed' });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('PERMISSION_DENIED: not allowed');
    expect(failed.stderr).toContain('the next run continues from here');
    expect(await project.changes()).toHaveLength(19);
    expect((await apply()).code).toBe(0);
  });

  it('is patient with what is not known everywhere yet', async () => {
    const result = await apply({
      FAIL_AT: '10',
      FAIL_TIMES: '3',
      FAIL_WITH: 'Service account x does not exist.',
    });
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('attempt 4 of 8');
    expect((await apply()).stdout).toContain('Nothing run.');
  });

  it('uses an instance that exists as it is, and a database whose schema is behind', async () => {
    await project.write('apis', 'spanner.googleapis.com\n');
    await project.write('instances', 'lro\tsomebody-else\n');
    await project.write('databases', 'lro\n');
    await project.write('schema', 'CREATE PROTO BUNDLE (…)\nCREATE TABLE OperationsSchemaVersions (\n');
    await project.write('versions', '0001_operations\n0002_history\n');
    expect((await apply()).code).toBe(0);
    const changes = (await project.changes()).join('\n');
    expect(changes).not.toContain('spanner instances create');
    expect(changes).not.toContain('spanner databases create');
    expect(changes).toContain('spanner databases ddl update lro');
    const ddl = await readFile(join(project.root, '.lro/deploy/schema.sql'), 'utf8');
    expect(ddl).not.toContain('PROTO BUNDLE');
    expect(ddl).not.toContain('CREATE TABLE IF NOT EXISTS Operations (');
    expect(ddl).toContain('CREATE TABLE IF NOT EXISTS OperationsWaits (');
  });

  it('deploys again what differs: sources, a setting, a retention, a policy, a job', async () => {
    await apply();
    const source = join(await project.own('functions'), 'index.ts');
    await writeFile(source, '// another line\n');
    const topics = await readFile(join(project.state, 'topics'), 'utf8');
    await project.write('topics', topics.replace('604800s', '600s'));
    const subscriptions = await readFile(join(project.state, 'subscriptions'), 'utf8');
    await project.write('subscriptions', subscriptions.replace('\t90\t', '\t10\t'));
    const before = (await project.changes()).length;
    await apply();
    const names = (await project.changes()).slice(before).map((change) => change.split(' --')[0]);
    expect(names).toEqual([
      'pubsub topics update operation-lifecycle',
      'functions deploy resume',
      'functions deploy operations',
      'functions deploy sweep',
      'functions deploy on-lifecycle-event',
      'pubsub subscriptions update eventarc-sub-of-on-lifecycle-event-trigger',
    ]);
    await project.deploy(['apply', ...SETTINGS, '--timeout=90']);
    expect((await project.changes()).at(-1)).toContain('--ack-deadline=120');
    expect((await project.changes()).join('\n')).toContain('scheduler jobs update http lro-sweep');
  });

  it('applies the schema alone', async () => {
    expect((await project.deploy(['schema', ...SETTINGS])).code).toBe(0);
    const names = (await project.changes()).map((change) => change.split(' ').slice(0, 3).join(' '));
    expect(names.slice(1)).toEqual([
      'spanner instances create',
      'spanner databases create',
      'spanner databases execute-sql',
    ]);
  });
});
