import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../functions/settings.ts';
import { REPOSITORY, SampleProject, SETTINGS } from './deployment.ts';
import { ALLOWED_HOST_LISTS, REFUSED_HOST_LISTS, SHARED_WILDCARDS } from './host-lists.ts';
import { withoutBash } from './left-out.ts';

let project: SampleProject;
beforeEach(async () => {
  project = await SampleProject.create();
});
afterEach(() => project.remove());

const INVALID: readonly [option: string, setting: string][] = [
  ['--project-id=Sample', 'PROJECT_ID'],
  ['--project-id=example.com:sample', 'PROJECT_ID'],
  ['--region=us-central1-a', 'REGION'],
  ['--spanner-instance=1lro', 'SPANNER_INSTANCE'],
  ['--spanner-config=regional US', 'SPANNER_CONFIG'],
  ['--spanner-edition=standard', 'SPANNER_EDITION'],
  ['--spanner-processing-units=150', 'SPANNER_PROCESSING_UNITS'],
  ['--spanner-processing-units=1100', 'SPANNER_PROCESSING_UNITS'],
  ['--spanner-database=L', 'SPANNER_DATABASE'],
  ['--spanner-table=My-Table', 'SPANNER_TABLE'],
  ['--topic-lifecycle=t', 'TOPIC_LIFECYCLE'],
  ['--topic-completions=a b c', 'TOPIC_COMPLETIONS'],
  ['--topic-completions=operation-lifecycle', 'TOPIC_COMPLETIONS'],
  ['--topic-signals=/topic', 'TOPIC_SIGNALS'],
  ['--topic-dead-letters=operation-lifecycle', 'TOPIC_DEAD_LETTERS'],
  ['--topic-retention-days=32', 'TOPIC_RETENTION_DAYS'],
  ['--workflow=-x', 'WORKFLOW'],
  ['--scheduler-region=europe', 'SCHEDULER_REGION'],
  ['--service-account-prefix=a-very-long-prefix-indeed', 'SERVICE_ACCOUNT_PREFIX'],
  ['--runtime=nodejs20', 'RUNTIME'],
  ['--memory=512', 'MEMORY'],
  ['--concurrency=1001', 'CONCURRENCY'],
  ['--timeout=541', 'TIMEOUT'],
  ['--timeout=14', 'TIMEOUT'],
  ['--timeout=10', 'TIMEOUT'],
  ['--cpu=3', 'CPU'],
  ['--memory=8Gi', 'MEMORY'],
  ['--memory=4097Mi', 'MEMORY'],
  ['--memory=256Mi', 'MEMORY'],
  ['--operations-ingress=none', 'OPERATIONS_INGRESS'],
  ['--resume-ingress=everyone', 'RESUME_INGRESS'],
  ['--spanner-backup-days=367', 'SPANNER_BACKUP_DAYS'],
  ['--tasks-queue=a_b', 'TASKS_QUEUE'],
  ['--tasks-location=here', 'TASKS_LOCATION'],
  ['--wait-workflow=never', 'WAIT_WORKFLOW'],
  ['--max-payload-bytes=4194305', 'MAX_PAYLOAD_BYTES'],
  ['--max-payload-bytes=1023', 'MAX_PAYLOAD_BYTES'],
  ['--retries-per-second=0', 'RETRIES_PER_SECOND'],
  ['--topic-prefixes=operation-lifecycle-a=a,operation-lifecycle-b=ab', 'TOPIC_PREFIXES'],
  ['--topic-prefixes=other=a', 'TOPIC_PREFIXES'],
  ['--audiences=a.example.com=x', 'AUDIENCES'],
  ['--page-token-secret=a/b', 'PAGE_TOKEN_SECRET'],
  ['--kms-key=key', 'KMS_KEY'],
  ['--kms-key=projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k', 'KMS_KEY'],
  ['--data-regions=europe', 'DATA_REGIONS'],
  ['--redact=input card', 'REDACT'],
  ['--redact=input.,x', 'REDACT'],
  ['--data-regions=europe-west1', 'REGION'],
  ['--monitoring=maybe', 'MONITORING'],
  ['--notification-channels=mail', 'NOTIFICATION_CHANNELS'],
  ['--console=yes', 'CONSOLE'],
  ['--console-members=allUsers', 'CONSOLE_MEMBERS'],
  ['--console-members=user:a@example.com\n', 'CONSOLE_MEMBERS'],
  ['--notification-channels=projects/p\t/notificationChannels/1', 'NOTIFICATION_CHANNELS'],
  ['--min-instances=30', 'MIN_INSTANCES'],
  ['--min-instances=08', 'MIN_INSTANCES'],
  ['--max-instances=0', 'MAX_INSTANCES'],
  ['--allowed-hosts=a|b', 'ALLOWED_HOSTS'],
  ['--push=yes', 'PUSH'],
  ['--default-ttl-days=3651', 'DEFAULT_TTL_DAYS'],
  ['--log-level=loud', 'LOG_LEVEL'],
  ['--telemetry=on', 'TELEMETRY'],
  ['--telemetry=collector:4318', 'TELEMETRY'],
  ['--telemetry=http://a|b:4318', 'TELEMETRY'],
];

describe.skipIf(withoutBash('the settings of deploy.sh'))('the settings of deploy.sh', () => {
  it.each(INVALID)('refuses %s and names %s, before anything runs', async (option, setting) => {
    const result = await project.deploy([...SETTINGS, option]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(new RegExp(`^deploy.sh: ${setting} must`, 'm'));
    expect(project.google.commands).toEqual([]);
  });

  it('names every setting that is missing, at once', async () => {
    const result = await project.deploy(['apply']);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/PROJECT_ID must be.*REGION must be/s);
    expect(project.google.commands).toEqual([]);
  });

  it('takes an option before the environment, the environment before the file, the file before the default', async () => {
    const file = '# ours\nPROJECT_ID=from-the-file\nREGION="europe-west1"\nMEMORY=2Gi\nWORKFLOW=from-file\n';
    await writeFile(join(project.root, 'deploy.env'), file);
    const env = { PROJECT_ID: 'from-the-environment', WORKFLOW: 'from-environment' };
    const { stdout } = await project.deploy(['--workflow=from-option'], { env });
    expect(stdout).toContain('--project=from-the-environment');
    expect(stdout).toContain('--location=europe-west1');
    expect(stdout).toContain('--config=regional-europe-west1');
    expect(stdout).toContain('--memory=2Gi');
    expect(stdout).toContain('gcloud workflows deploy from-option');
    expect(stdout).toContain('topics create operation-lifecycle');
  });

  it('takes a file whose lines end with CR LF', async () => {
    const lines = ['# ours', '', 'PROJECT_ID=from-the-file', 'REGION="europe-west1"', 'REDACT=', ''];
    await writeFile(join(project.root, 'deploy.env'), lines.join('\r\n'));
    const { code, stdout } = await project.deploy(['settings']);
    expect(code).toBe(0);
    expect(stdout).toContain('PROJECT_ID=from-the-file\nREGION=europe-west1\n');
    expect(stdout).not.toContain('\r');
  });

  it.each([
    ['PROJECT=x', 'PROJECT is not a setting'],
    ['export PROJECT_ID=x', 'not NAME=VALUE'],
  ])('refuses a file with %s', async (line, problem) => {
    await writeFile(join(project.root, 'other.env'), `\n${line}\n`);
    const result = await project.deploy([...SETTINGS, '--env-file=other.env']);
    expect(result).toMatchObject({ code: 1, stderr: `deploy.sh: other.env, line 2: ${problem}\n` });
  });

  it.each([
    ['--cpu=2', '--memory=8Gi'],
    ['--cpu=4', '--memory=16Gi'],
    ['--cpu=1', '--memory=4Gi'],
  ])('accept %s with %s', async (cpu, memory) => {
    expect((await project.deploy(['settings', ...SETTINGS, cpu, memory])).code).toBe(0);
  });

  it.each([
    ['512Mi', '4'],
    ['1Gi', '12'],
    ['2Gi', '28'],
    ['4Gi', '60'],
  ])('give an instance of %s %s calls at a time', async (memory, calls) => {
    const { stdout } = await project.deploy(['settings', ...SETTINGS, `--memory=${memory}`]);
    expect(stdout).toContain(`\nCONCURRENCY=${calls}\n`);
  });

  it('accept the hosts that the functions accept', async () => {
    for (const value of ALLOWED_HOST_LISTS) {
      const result = await project.deploy(['settings', ...SETTINGS, `--allowed-hosts=${value}`]);
      expect([value, result.code]).toEqual([value, 0]);
    }
  });

  it('refuse the hosts that the functions refuse', async () => {
    const accepted = await pMap(
      REFUSED_HOST_LISTS,
      async (value) => {
        const { code, stderr } = await project.deploy(['settings', ...SETTINGS, `--allowed-hosts=${value}`]);
        return code === 1 && stderr.includes('deploy.sh: ALLOWED_HOSTS must') ? [] : [value];
      },
      { concurrency: 2 },
    );
    expect(accepted.flat()).toEqual([]);
    const { stderr } = await project.deploy(['settings', ...SETTINGS, `--allowed-hosts=${SHARED_WILDCARDS}`]);
    expect(
      SHARED_WILDCARDS.filter((entry) => !stderr.includes(`"${entry}" names hosts that anyone`)),
    ).toEqual([]);
  });

  it.each(['--project=x', 'deploy', '--env-file=none.env'])('refuses %s', async (argument) => {
    const result = await project.deploy([...SETTINGS, argument]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(argument.replace(/=x$/, '').replace(/.*=/, ''));
  });

  it('are all in deploy.env.example, with their defaults, and in the help', async () => {
    const { stdout } = await project.deploy(['--help']);
    const names = [...stdout.matchAll(/^ {2}([A-Z_]+) {2,}(\S+)/gm)].map(([, name, value]) => [name, value]);
    const example = await readFile(join(REPOSITORY, 'deploy.env.example'), 'utf8');
    const documented = [...example.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name]) => name);
    expect(documented).toEqual(names.map(([name]) => name));
  });

  it('reach the functions as functions/settings.ts reads them', async () => {
    const { stdout } = await project.deploy([
      ...SETTINGS,
      '--allowed-hosts=jobs.example.com,*.b.example.com',
      '--audiences=jobs.example.com=https://other.example.com',
      '--topic-prefixes=operation-lifecycle-a=a-',
      '--push=off',
      '--spanner-table=Jobs',
      '--tasks-queue=due',
      '--timeout=90',
    ]);
    const lists = [...stdout.matchAll(/--update-env-vars=\^\|\^(.*?)'/g)].map(([, list]) => list ?? '');
    expect(lists).toHaveLength(4);
    const environment = Object.fromEntries((lists[0] ?? '').split('|').map((pair) => pair.split(/=(.*)/s)));
    expect(readSettings(environment)).toMatchObject({
      PROJECT_ID: 'sample-project',
      LOCATION: 'us-central1',
      SPANNER_TABLE: 'Jobs',
      RESUME_URL: 'https://resume-123456789012.us-central1.run.app',
      SWEEP_URL: 'https://sweep-123456789012.us-central1.run.app',
      ALLOWED_HOSTS: ['jobs.example.com', '*.b.example.com'],
      AUDIENCES: new Map([['jobs.example.com', 'https://other.example.com']]),
      TOPIC_PREFIXES: [{ topic: 'operation-lifecycle-a', prefix: 'a-', ending: '-a' }],
      TASKS_QUEUE: 'due',
      TASKS_LOCATION: 'us-central1',
      TIMEOUT_SECONDS: 90,
      PUSH: false,
    });
  });
});
