import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPOSITORY, SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

const GRANTED =
  /projects add-iam-policy-binding .*--role=(roles\/(?:telemetry|serviceusage)\.\w+) --member=\S*:lro-(\w+)@/;

let project: SampleProject;
beforeEach(async () => {
  project = await SampleProject.create();
});
afterEach(() => project.remove());

const granted = () =>
  project.google.changes.flatMap((change) => {
    const [, role, account] = change.match(GRANTED) ?? [];
    return role ? [`${account} ${role}`] : [];
  });
const deployments = () => project.google.changes.filter((change) => change.startsWith('functions deploy'));
const apply = async (telemetry: string) => {
  const { code, stderr } = await project.deploy(['apply', ...SETTINGS, `--telemetry=${telemetry}`]);
  expect(code, stderr).toBe(0);
};

describe.skipIf(withoutBash('the setting TELEMETRY'))('the setting TELEMETRY', () => {
  it('off: grants nothing, and builds without optional dependencies', async () => {
    await apply('off');
    expect(granted()).toEqual([]);
    expect(deployments()).toHaveLength(4);
    for (const command of deployments()) expect(command).toContain('--clear-build-env-vars');
  });

  it('a collector: grants nothing, and builds with optional dependencies', async () => {
    await apply('http://collector.example.com:4318');
    expect(granted()).toEqual([]);
    for (const command of deployments()) {
      expect(command).toContain('--set-build-env-vars=NPM_CONFIG_INCLUDE=optional');
      expect(command).toContain('|TELEMETRY=http://collector.example.com:4318|');
    }
  });

  it('google: grants three roles to the account of each function, and takes them away when it is off again', async () => {
    await apply('google');
    expect(granted()).toHaveLength(12);
    expect(new Set(granted().map((grant) => grant.split(' ')[0]))).toEqual(
      new Set(['events', 'operations', 'resume', 'sweep']),
    );
    await apply('off');
    const removed = project.google.changes.filter((change) =>
      /projects remove-iam-policy-binding .*roles\/(telemetry|serviceusage)\./.test(change),
    );
    expect(removed).toHaveLength(12);
  });
});

it('keeps the exporters in the build with NPM_CONFIG_INCLUDE=optional, and leaves them out without', async () => {
  const removed = async (include: string) => {
    const prune = 'npm prune --omit=dev --omit=optional --dry-run --no-audit --no-fund';
    const { stdout } = await promisify(execFile)('npm', ['exec', '--offline', '-c', prune], {
      cwd: REPOSITORY,
      env: { ...process.env, NPM_CONFIG_INCLUDE: include },
    });
    return stdout.match(/^remove @opentelemetry\/exporter-\w+-otlp-proto/gm) ?? [];
  };
  expect(await removed('')).toHaveLength(2);
  expect(await removed('optional')).toEqual([]);
});

it('leaves the exporters out of the build, and the prune after it, which omits nothing optional, keeps them out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lro-prune-'));
  try {
    for (const file of ['package.json', 'package-lock.json'])
      await copyFile(join(REPOSITORY, file), join(folder, file));
    await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
    const npm = async (include: string, ...args: readonly string[]) => {
      const env = { ...process.env, NPM_CONFIG_INCLUDE: include };
      return (await promisify(execFile)('npm', args, { cwd: folder, env })).stdout;
    };
    const prune = ['prune', '--omit=dev', '--dry-run', '--no-audit', '--no-fund'];
    const removedAfter = async (include: string) => {
      await npm(include, 'run', 'leave-out-optional');
      return (await npm(include, ...prune)).match(/^remove @opentelemetry\/exporter-\w+-otlp-proto/gm) ?? [];
    };
    expect(await removedAfter('optional')).toEqual([]);
    expect(await removedAfter('')).toHaveLength(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
