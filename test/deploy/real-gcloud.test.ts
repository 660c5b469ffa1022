import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, REPOSITORY, SampleProject, SETTINGS } from './deployment.ts';
import { installed, leftOut } from './left-out.ts';
import { type RealGcloud, realGcloud } from './real-gcloud.ts';

const GCLOUD = installed('gcloud');
if (!GCLOUD) leftOut('the check of each command by gcloud', 'gcloud is not installed');

let gcloud: RealGcloud;
let project: SampleProject;
beforeAll(async () => {
  project = await SampleProject.create();
  gcloud = await realGcloud(project.root);
});
afterAll(async () => {
  await Promise.all([gcloud.close(), project.remove()]);
});

describe.skipIf(!GCLOUD)('the gcloud that is installed', () => {
  it('understands every command that deploy.sh and the doctor run', async () => {
    await runEverything(project);
    const calls = oneOfEachShape(project.google.calls);
    expect(calls.length).toBeGreaterThan(100);
    expect(await refusedOf(calls)).toEqual([]);
  });

  it('understands the command by which docs/access.md sets who may call', async () => {
    const page = await readFile(join(REPOSITORY, 'docs/access.md'), 'utf8');
    const [, command = ''] = /^gcloud (functions deploy (?:.*\\\n)*.*)$/m.exec(page) ?? [];
    expect(await refusedOf([[...command.split(/[\s\\]+/), '--project=sample-project']])).toEqual([]);
  });

  it('understands the commands by which docs/operating.md publishes a dead letter again', async () => {
    const page = await readFile(join(REPOSITORY, 'docs/operating.md'), 'utf8');
    const [, block = ''] = /```bash\n(gcloud pubsub subscriptions pull [^`]*)```/.exec(page) ?? [];
    const commands = [...block.matchAll(/^gcloud (.*)$/gm)].map(([, command = '']) =>
      command.replace(/"\$\(.*?\)"/g, 'value').replace(/ > .*/, ''),
    );
    expect(commands).toHaveLength(4);
    const calls = commands.map((command) => [...command.split(' '), '--project=sample-project']);
    expect(await refusedOf(calls)).toEqual([]);
  });

  it.each([
    ['a flag that does not exist', 'pubsub subscriptions update s --ack-deadlin=90x --project=p'],
    [
      'a flag of another command',
      'workflows deploy w --location=l --source=workflows/parallel-poll.yaml --gen2',
    ],
    ['a missing argument', 'pubsub subscriptions create s --project=sample-project'],
    [
      'a value out of range',
      'pubsub subscriptions update s --max-delivery-attempts=3 --project=sample-project',
    ],
    [
      'a value of no choice',
      'scheduler jobs update http j --location=us-central1 --http-method=FETCH --project=p',
    ],
    ['a command that does not exist', 'spanner databases schema lro'],
  ])('is seen to refuse %s', async (_, command) => {
    expect(await gcloud.run(command.split(' '))).toMatchObject({ verdict: 'wrong usage' });
  });

  it('is seen to refuse a flag that is planted in the plan', async () => {
    const deploy =
      project.google.calls.find((call) => call.join(' ').startsWith('functions deploy resume')) ?? [];
    const planted = deploy.map((argument) => argument.replace('--concurrency=', '--concurency-of='));
    expect(await refusedOf([deploy, planted])).toEqual([expect.stringContaining('--concurency-of=12')]);
  });
});

async function refusedOf(calls: readonly (readonly string[])[]): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const call of calls) {
    const { verdict, stderr } = await gcloud.run(call);
    if (verdict !== 'understood') refused.push(`${call.join(' ')}\n${verdict}: ${stderr}`);
  }
  return refused;
}

/** Runs that together use every command. */
async function runEverything(project: SampleProject): Promise<void> {
  const { google } = project;
  const deploy = (command: string, ...more: readonly string[]) =>
    project.deploy([command, ...SETTINGS, ...more]);
  await deploy('apply', ...EVERYTHING);
  await project.doctor([...SETTINGS, ...EVERYTHING]);
  google.spanner.set(['CREATE PROTO BUNDLE', 'CREATE TABLE OperationsSchemaVersions ('], ['0001_operations']);
  google.of('iam roles').set('lroDatabaseUser', { deleted: true });
  const [service] = google.of('functions').values();
  google.of('functions').set('on-lifecycle-event', { ...service, eventTrigger: { trigger: 'triggers/t' } });
  await deploy(
    'apply',
    ...EVERYTHING,
    '--timeout=90',
    '--topic-retention-days=3',
    '--spanner-backup-days=3',
    '--workflow=w',
  );
  await deploy('apply', '--spanner-backup-days=0', '--topic-lifecycle=another', '--tasks-queue=due');
  google.of('iam service-accounts').set('render@sample-project.iam.gserviceaccount.com', {});
  await deploy('apply', ...WORKER);
  google.of('pubsub subscriptions').set('render-signals', {
    ...google.of('pubsub subscriptions').get('render-signals'),
    ackDeadlineSeconds: 10,
  });
  await deploy('apply', ...WORKER);
  await deploy('destroy', '--worker=render', '--yes');
  google.of('spanner backups').set('b', {});
  await deploy('destroy', '--yes', ...EVERYTHING);
  await deploy('destroy', '--yes', '--delete-data', ...EVERYTHING);
}

const WORKER = [
  '--worker=render',
  '--methods=a.B,a.C',
  '--worker-account=render@sample-project.iam.gserviceaccount.com',
];

/** Calls with the same words and flags differ only in names and values, so one of them is enough. */
function oneOfEachShape(calls: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const shapes = new Map<string, readonly string[]>();
  for (const call of calls) {
    const words = call.filter((argument) => !argument.startsWith('--'));
    const flags = call
      .filter((argument) => argument.startsWith('--'))
      .map((argument) => argument.split('=')[0]);
    const named = words.at(-1) === 'list' ? words : words.slice(0, -1);
    shapes.set([...named, ...flags].join(' '), call);
  }
  return [...shapes.values()];
}
