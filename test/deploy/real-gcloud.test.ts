import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleProject, SETTINGS } from './deployment.ts';
import { installed, leftOut } from './left-out.ts';
import { type RealGcloud, realGcloud } from './real-gcloud.ts';

const GCLOUD = installed('gcloud');
if (!GCLOUD) leftOut('the check of each command by gcloud', 'gcloud is not installed');

/** gcloud takes a second to start, most of it on the processor. */
const CONCURRENCY = 2;

let gcloud: RealGcloud;
let project: SampleProject;
beforeAll(async () => {
  [gcloud, project] = await Promise.all([realGcloud(), SampleProject.create()]);
});
afterAll(async () => {
  await Promise.all([gcloud.close(), project.remove()]);
});

describe.skipIf(!GCLOUD)('the gcloud that is installed', () => {
  it('understands every command that deploy.sh and the doctor run', { timeout: 300_000 }, async () => {
    await runEverything(project);
    const commands = oneOfEachShape(await project.commands());
    expect(commands.length).toBeGreaterThan(60);
    const refused = await refusedOf(commands);
    expect(refused).toEqual([]);
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
    expect(await gcloud.run(command, project.root)).toMatchObject({ verdict: 'wrong usage' });
  });

  it('is seen to refuse a flag that is planted in the plan', async () => {
    const deploy = (await project.commands()).find((command) =>
      command.startsWith('functions deploy resume'),
    );
    const planted = deploy?.replace('--concurrency=', '--concurency-of=');
    expect(await refusedOf([deploy ?? '', planted ?? ''])).toEqual([
      expect.stringContaining('--concurency-of=80'),
    ]);
  });
});

async function refusedOf(commands: readonly string[]): Promise<readonly string[]> {
  const refused = await pMap(
    commands,
    async (command) => {
      const { verdict, stderr } = await gcloud.run(command, project.root);
      return verdict === 'understood' ? [] : [`${command}\n${verdict}: ${stderr}`];
    },
    { concurrency: CONCURRENCY },
  );
  return refused.flat();
}

/** Runs that together make every command that there is. */
async function runEverything(project: SampleProject): Promise<void> {
  await project.deploy(['apply', ...SETTINGS]);
  await project.doctor(SETTINGS);
  const versions = await readFile(join(project.state, 'versions'), 'utf8');
  await project.write('versions', versions.replace(/.*\n$/, ''));
  await project.deploy(['apply', ...SETTINGS, '--timeout=90', '--topic-retention-days=3']);
  await project.deploy(['destroy', ...SETTINGS, '--yes']);
  await project.deploy(['destroy', ...SETTINGS, '--yes', '--delete-data']);
}

/** Commands with the same words and flags differ in names and values alone: one of them stands for all. */
function oneOfEachShape(commands: readonly string[]): readonly string[] {
  const shapes = new Map<string, string>();
  for (const command of commands) {
    const words = command.split(/ (?=--)/)[0]?.replace(/(?<!list) \S+$/, '');
    const flags = [...command.matchAll(/(?<= )--[a-z0-9-]+/g)].map(([flag]) => flag);
    shapes.set([words, ...flags].join(' '), command);
  }
  return [...shapes.values()];
}
