import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING, SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

let project: SampleProject;
beforeEach(async () => {
  project = await SampleProject.create();
});
afterEach(() => project.remove());

const apply = (...more: readonly string[]) => project.deploy(['apply', ...SETTINGS, ...more]);
/** Returns the words of a command up to its verb, without its target and its flags. */
const kindOf = (change: string) =>
  change.replace(
    /^(.*? (?:add|add-iam-policy-binding|create|ddl update|deploy|enable|execute-sql))(?= |$).*$/s,
    '$1',
  );
/** Returns the commands that change something, up to the first flag. */
const names = (from = 0) => project.google.changes.slice(from).map((change) => change.split(' --')[0]);

describe.skipIf(withoutBash('deploy.sh apply'))('deploy.sh apply', () => {
  it.each([
    ['with the default settings', []],
    ['with every setting', EVERYTHING],
  ])('runs what plan prints %s, and plan runs nothing', async (_, more) => {
    project.google.lateBy = 0;
    const plan = await project.deploy(['plan', ...SETTINGS, ...more]);
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(project.google.changes).toEqual([]);

    const applied = await apply(...more);
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    const commands = plan.stdout.match(/^(.* \| )?gcloud /gm) ?? [];
    expect(project.google.changes).toHaveLength(commands.length);
    expect(applied.stdout).toContain('Deployed.');
  });

  it.each([
    ['with the default settings', []],
    ['with every setting', EVERYTHING],
  ])('changes nothing in the second run %s', async (_, more) => {
    await apply(...more);
    const before = [...project.google.changes];
    const again = await apply(...more);
    expect(again.stdout).toContain('Nothing run.');
    expect(project.google.changes).toEqual(before);
    expect((await project.deploy(['plan', ...SETTINGS, ...more])).stdout.trim()).toMatch(/^Nothing to run/);
    const status = await project.deploy(['status', ...SETTINGS, ...more]);
    expect(status.stdout).toContain('Nothing needed.');
    expect(status.stdout).not.toMatch(/^(not yet|wrong)/m);
  });

  it('continues after an interruption at any kind of command', async () => {
    const unbroken = await SampleProject.create();
    await unbroken.deploy(['apply', ...SETTINGS]);
    const expected = unbroken.google.changes.map((change) => kindOf(change));
    // The command after the database records which schema files are applied. Without that record, the next run applies them again,
    // which does no harm. The interruption of such a run would repeat that once more, so there is none.
    const update = expected.indexOf('spanner databases create') + 1;
    expected.splice(update, 0, 'spanner databases ddl update');

    // One place in each row of equal commands: after its first, so that the next run begins within the row.
    const places = expected.flatMap((kind, index) =>
      kind === expected[index - 1] || index === update ? [] : [index + 1],
    );
    expect(places.length).toBeGreaterThan(25);
    for (const place of places) {
      project.google.breakAfter = place;
      expect((await apply()).code).toBeUndefined();
      // Each run continues with the next command: no command is left out, and no other command is repeated.
      expect(project.google.changes.map((change) => kindOf(change))).toEqual(expected.slice(0, place));
    }
    project.google.breakAfter = undefined;
    expect((await apply()).code).toBe(0);
    const { changes } = project.google;
    expect(changes.filter((_, index) => index !== update)).toEqual(unbroken.google.changes);
    expect(project.google.content()).toEqual(unbroken.google.content());
    expect(project.google.policies.all()).toEqual(unbroken.google.policies.all());
    await unbroken.remove();
  });

  it('stops and reports a command that fails, and continues in the next run', async () => {
    project.google.failure = { at: 20, times: 1000, message: 'PERMISSION_DENIED: not allowed' };
    const failed = await apply();
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('PERMISSION_DENIED: not allowed');
    expect(failed.stderr).toContain('the next run continues from here');
    expect(project.google.changes).toHaveLength(19);
    project.google.failure = undefined;
    expect((await apply()).code).toBe(0);
  });

  it('uses an instance that exists as it is, and a database whose schema is behind', async () => {
    const { google } = project;
    google.apis.add('spanner.googleapis.com');
    google.of('spanner instances').set('lro', { displayName: 'someone-else' });
    google.of('spanner databases').set('lro', {});
    const statements = ['CREATE PROTO BUNDLE (…)', 'CREATE TABLE OperationsSchemaVersions ('];
    google.spanner.set(statements, ['0001_operations', '0002_history']);
    expect((await apply()).code).toBe(0);
    const changes = google.changes.join('\n');
    expect(changes).not.toContain('spanner instances create');
    expect(changes).not.toContain('spanner databases create');
    expect(changes).toContain('spanner databases ddl update lro');
    const ddl = await readFile(join(project.root, '.lro/deploy/schema.sql'), 'utf8');
    expect(ddl).not.toContain('PROTO BUNDLE');
    expect(ddl).not.toContain('CREATE TABLE IF NOT EXISTS Operations (');
    expect(ddl).toContain('CREATE TABLE IF NOT EXISTS OperationsWaits (');
  });

  it('changes again what differs: sources, a setting, a retention, a subscription, a job', async () => {
    await apply();
    const { google } = project;
    await writeFile(join(await project.own('functions'), 'index.ts'), '// another line\n');
    google.of('pubsub topics').set('operation-lifecycle', { messageRetentionDuration: '600s' });
    const subscriptions = google.of('pubsub subscriptions');
    subscriptions.set('on-lifecycle-event', {
      ...subscriptions.get('on-lifecycle-event'),
      ackDeadlineSeconds: 10,
    });
    const before = google.changes.length;
    await apply();
    expect(names(before)).toEqual([
      'pubsub topics update operation-lifecycle',
      'functions deploy resume',
      'functions deploy operations',
      'functions deploy sweep',
      'functions deploy on-lifecycle-event',
      'pubsub subscriptions update on-lifecycle-event',
    ]);
    await apply('--timeout=90', '--spanner-backup-days=30', '--workflow=other');
    const changes = google.changes.join('\n');
    expect(changes).toContain('--ack-deadline=120');
    expect(changes).toContain('scheduler jobs update http lro-sweep');
    expect(changes).toContain('spanner backup-schedules update lro-daily');
    // The file of the dashboard names the workflow.
    expect(changes).toContain('monitoring dashboards update made-');
    await apply('--spanner-backup-days=0');
    expect(google.of('spanner backup-schedules').size).toBe(0);
  });

  it('makes a key of page tokens that no command, file or output has', async () => {
    const { stdout } = await apply();
    expect(project.google.secrets).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const [key = ''] = project.google.secrets;
    expect([...project.google.commands, stdout].join('\n')).not.toContain(key);
    await apply();
    expect(project.google.secrets).toHaveLength(1);
  });

  it('applies the schema alone', async () => {
    expect((await project.deploy(['schema', ...SETTINGS])).code).toBe(0);
    expect(names().map((name) => name?.split(' ').slice(0, 3).join(' '))).toEqual([
      'services enable spanner.googleapis.com',
      'spanner instances create',
      'spanner databases create',
      'spanner databases execute-sql',
    ]);
  });
});
