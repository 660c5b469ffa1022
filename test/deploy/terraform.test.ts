import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, REPOSITORY, SampleProject, SETTINGS } from './deployment.ts';
import { ALLOWED_HOST_LISTS, REFUSED_HOST_LISTS, SHARED_WILDCARDS } from './host-lists.ts';
import { installed, mayBeLeftOut, withoutBash } from './left-out.ts';

const run = promisify(execFile);
const TERRAFORM = installed('terraform');
if (!TERRAFORM) mayBeLeftOut('the format and the rules of terraform/', 'terraform is not installed');

/** A configuration of the machine's own must not get in the way. */
const ENV = { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1' };

const files = await readdir(join(REPOSITORY, 'terraform'));
const texts = await Promise.all(
  files
    .filter((name) => name.endsWith('.tf'))
    .map(async (name) => [name, await readFile(join(REPOSITORY, 'terraform', name), 'utf8')] as const),
);
const all = texts.map(([, text]) => text).join('\n');

it.skipIf(!TERRAFORM)('terraform/ is formatted', () => {
  const options = { cwd: REPOSITORY, env: ENV, encoding: 'utf8' } as const;
  const { stdout, status } = spawnSync('terraform', ['fmt', '-check', '-diff', 'terraform'], options);
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

describe.skipIf(withoutBash('terraform/ beside deploy.sh'))('terraform/ beside deploy.sh', () => {
  let plan: string;
  beforeAll(async () => {
    const project = await SampleProject.create();
    plan = (await project.deploy(['plan', '--offline', ...SETTINGS, ...EVERYTHING])).stdout;
    await project.remove();
  });

  it('gives the functions the same environment', () => {
    const environment = plan.match(/--update-env-vars=\^\|\^(.*?)'/)?.[1]?.split('|') ?? [];
    const block = all.match(/environment_variables = merge\(.*?\{\n(.*?)\n {4}\}/s)?.[1] ?? '';
    const variables = [...block.matchAll(/^ +([A-Z_]+) +=/gm)].map(([, name]) => name);
    expect(variables).toEqual(environment.map((pair) => pair.split('=')[0]));
  });

  it('builds with the same variables', () => {
    const [, name, value] = plan.match(/--set-build-env-vars=(\w+)=(\w+)/) ?? [];
    expect(all).toMatch(new RegExp(`var\\.telemetry == "off" \\? \\{\\} : \\{ ${name} = "${value}" \\}`));
  });

  it('grants the same roles', () => {
    const roles = (text: string) =>
      [...new Set(text.match(/(?<!projects\/[\w-]+\/)\broles\/[a-zA-Z.]+/g))].sort();
    const granted = roles(plan.replace(/^#.*/gm, ''));
    expect(roles(all.replace(/^ *#.*/gm, ''))).toEqual(granted);
  });

  it('enables the same APIs, and that of the bucket that it makes', () => {
    const apis = (text: string) => [...new Set(text.match(/\b[a-z]+\.googleapis\.com\b/g))].sort();
    const enabled = apis(plan.match(/gcloud services enable (.*) \\/)?.[1] ?? '');
    expect(apis(texts.find(([name]) => name === 'project.tf')?.[1] ?? '')).toEqual(
      [...enabled, 'storage.googleapis.com'].sort(),
    );
  });

  it('gives the role on the database the same permissions', () => {
    const permissions = plan.match(/--permissions=(\S+)/)?.[1]?.split(',') ?? [];
    const block = all.match(/permissions = \[(.*?)\]/s)?.[1] ?? '';
    expect(block.match(/spanner\.[\w.]+/g)).toEqual(permissions);
    expect(permissions.join()).not.toMatch(/ddl/i);
  });

  it('lets the build read the bucket that the build reads', () => {
    expect(plan).toContain('buckets/gcf-v2-sources-PROJECT_NUMBER-us-central1');
    expect(all).toMatch(/buckets\/gcf-v2-sources-\$\{local\.number\}-\$\{var\.region\}/);
  });
});

describe.skipIf(!TERRAFORM)('the rules of terraform/variables.tf', () => {
  let root: string;
  // Variables and the rules between them need no provider.
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'lro-terraform-'));
    await Promise.all([mkdir(join(root, 'terraform')), mkdir(join(root, 'deploy'))]);
    for (const file of ['terraform/variables.tf', 'terraform/checks.tf', 'deploy/public-suffixes.txt']) {
      await cp(join(REPOSITORY, file), join(root, file));
    }
    await writeFile(
      join(root, 'terraform/outputs.tf'),
      'output "concurrency" {\n  value = local.concurrency\n}\n',
    );
    await run('terraform', ['init', '-input=false'], { cwd: join(root, 'terraform'), env: ENV });
  });
  afterAll(() => rm(root, { recursive: true }));

  /** What a plan says against the settings; nothing where it has nothing against them. */
  async function refusalOf(settings: object): Promise<string> {
    const file = join(root, `${Math.random()}.tfvars.json`);
    await writeFile(
      file,
      JSON.stringify({ project_id: 'sample-project', region: 'us-central1', ...settings }),
    );
    const args = ['plan', '-input=false', '-no-color', '-lock=false', `-var-file=${file}`];
    return run('terraform', args, { cwd: join(root, 'terraform'), env: ENV }).then(
      () => '',
      ({ stderr, stdout }) => stderr || stdout,
    );
  }
  const hostsOf = (list: string) => (list === '' ? [] : list.split(',').map((entry) => entry.trim()));

  it('accept the defaults', async () => {
    expect(await refusalOf({})).toBe('');
  });

  it.each([
    [{ region: 'us-central1-a' }, 'region must'],
    [{ project_id: 'Sample' }, 'project_id must'],
    [{ timeout: 14 }, 'timeout must'],
    [{ timeout: 541 }, 'timeout must'],
    [{ cpu: 3 }, 'cpu must'],
    [{ memory: '512' }, 'memory must'],
    [{ memory: '8Gi' }, 'memory must be 512Mi to 4096Mi with cpu = 1'],
    [{ cpu: 8, memory: '2Gi' }, 'memory must be 4096Mi to 32768Mi with cpu = 8'],
    [{ operations_ingress: 'none' }, 'operations_ingress must'],
    [{ resume_ingress: 'none' }, 'resume_ingress must'],
    [{ spanner_edition: 'standard' }, 'spanner_edition must'],
    [{ spanner_table: 'My-Table' }, 'spanner_table must'],
    [{ spanner_backup_days: 367 }, 'spanner_backup_days must'],
    [{ topics: { signals: 'operation-lifecycle' } }, 'topics must be four'],
    [{ topic_prefixes: { a: 'a-', b: 'a-b' } }, 'no prefix that begins another'],
    [{ topic_prefixes: { a: '' } }, 'topic_prefixes must'],
    [{ topic_prefixes: { 'a=b': 'c' } }, 'topic_prefixes must'],
    [{ wait_workflow: 'never' }, 'wait_workflow must'],
    [{ tasks_queue: 'a_b' }, 'tasks_queue must'],
    [{ min_instances: 30 }, 'min_instances must'],
    [{ audiences: { 'a.example.com': 'x' } }, 'audiences must name hosts of'],
    [{ allowed_hosts: ['a.example.com'], audiences: { 'a.example.com': 'x,y' } }, 'audiences must have'],
    [{ default_ttl_days: 3651 }, 'default_ttl_days must'],
    [{ max_payload_bytes: 4194305 }, 'max_payload_bytes must'],
    [{ max_payload_bytes: 1.5 }, 'max_payload_bytes must'],
    [{ redact: ['input card'] }, 'redact must have'],
    [{ retries_per_second: 0 }, 'retries_per_second must'],
    [{ log_level: 'loud' }, 'log_level must'],
    [{ telemetry: 'on' }, 'telemetry must'],
    [{ telemetry: 'http://a|b:4318' }, 'telemetry must'],
    [{ kms_key: 'key' }, 'kms_key must be the full name'],
    [
      { kms_key: 'projects/p/locations/us-east1/keyRings/r/cryptoKeys/k' },
      'kms_key must be a key in the region',
    ],
    [{ data_regions: ['europe-west1'] }, 'must be in data_regions'],
    [{ console_members: ['allUsers'] }, 'console_members must'],
    [{ access: { resume: { PUSH: 'off' } } }, 'access must name'],
    [{ access: { 'on-lifecycle-event': { RESUME_CALLERS: 'a@b.c' } } }, 'access must name'],
  ])('refuse %j', async (settings, reason) => {
    expect((await refusalOf(settings)).replace(/\s+/g, ' ')).toContain(reason);
  });

  it('accept who may call each function', async () => {
    const access = { resume: { RESUME_CALLERS: 'a@b.c' }, operations: { CALLER_HELD_CALLS: '5' } };
    expect(await refusalOf({ access })).toBe('');
  });

  it('accept the hosts that the functions accept', async () => {
    for (const list of ALLOWED_HOST_LISTS) {
      expect([list, await refusalOf({ allowed_hosts: hostsOf(list) })]).toEqual([list, '']);
    }
  });

  it('refuse the hosts that the functions refuse', async () => {
    // A plan takes a while: some of the wildcards, which all come from one file, stand for the rest.
    const lists = [...REFUSED_HOST_LISTS, ...SHARED_WILDCARDS.filter((_, index) => index % 20 === 0)];
    const seen = await pMap(
      lists,
      async (list) => [list, await refusalOf({ allowed_hosts: hostsOf(list) })] as const,
      {
        concurrency: 2,
      },
    );
    const accepted = seen
      .filter(([, refusal]) => !refusal.includes('allowed_hosts must'))
      .map(([list]) => list);
    expect(accepted).toEqual([]);
  });
});

describe.skipIf(!TERRAFORM)('terraform/monitoring.tf', () => {
  let root: string;
  // The locals alone need no provider. The rules of the variables are tested above.
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'lro-monitoring-'));
    await mkdir(join(root, 'terraform'));
    await cp(join(REPOSITORY, 'deploy/monitoring'), join(root, 'deploy/monitoring'), { recursive: true });
    const monitoring = texts.find(([name]) => name === 'monitoring.tf')?.[1] ?? '';
    const [locals = ''] = monitoring.match(/^locals \{.*?^\}/ms) ?? [];
    const variables = [...new Set([...locals.matchAll(/\bvar\.(\w+)/g)].map(([, name]) => name))];
    await writeFile(
      join(root, 'terraform/main.tf'),
      `${locals}\n${variables.map((name) => `variable "${name}" {}\n`).join('')}`,
    );
  });
  afterAll(() => rm(root, { recursive: true }));

  async function alertsWith(telemetry: string): Promise<string[]> {
    const topics = { dead_letters: 'd' };
    const values = { topics, workflow: 'w', spanner_instance: 's', monitoring: true, telemetry };
    await writeFile(join(root, 'terraform/terraform.tfvars.json'), JSON.stringify(values));
    const { stdout, stderr } = spawnSync('terraform', ['console'], {
      input: 'jsonencode(keys(local.alerts))\n',
      encoding: 'utf8',
      env: ENV,
      cwd: join(root, 'terraform'),
    });
    expect(stderr).toBe('');
    return JSON.parse(JSON.parse(stdout));
  }

  it('reads the alerts that deploy.sh applies', async () => {
    const known = (await readdir(join(root, 'deploy/monitoring')))
      .filter((file) => file.startsWith('alert-'))
      .map((file) => file.replace('.json', ''))
      .sort();
    expect(await alertsWith('google')).toEqual(known);
    const withoutTelemetry = known.filter((name) => !name.startsWith('alert-telemetry-'));
    expect(withoutTelemetry.length).toBeLessThan(known.length);
    expect(await alertsWith('off')).toEqual(withoutTelemetry);
    expect(await alertsWith('http://collector.example.com:4318')).toEqual(withoutTelemetry);
  });

  it('passes on each kind of condition that the files have', async () => {
    const kinds = new Set<string>();
    for (const file of (await readdir(join(root, 'deploy/monitoring'))).filter((one) =>
      one.startsWith('alert-'),
    )) {
      const { conditions } = JSON.parse(await readFile(join(root, 'deploy/monitoring', file), 'utf8'));
      for (const condition of conditions) {
        for (const key of Object.keys(condition)) if (key !== 'displayName') kinds.add(key);
      }
    }
    const blocks = [...all.matchAll(/dynamic "(condition_\w+)"/g)].map(([, name = '']) =>
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    );
    expect(blocks.sort()).toEqual([...kinds].sort());
  });
});
