import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPOSITORY, SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

const GRANTED =
  /projects add-iam-policy-binding .*--role=(roles\/(?:telemetry|serviceusage)\.\w+) --member=\S*:lro-(\w+)@/;

const TELEMETRY_ALERTS = readdirSync(join(REPOSITORY, 'deploy/monitoring')).filter((file) =>
  file.startsWith('alert-telemetry-'),
);

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

  it('google: creates the alerts that read its metrics, and deletes them when it is off again', async () => {
    const changesOf = (verb: string) =>
      project.google.changes.filter((change) => change.startsWith(`alpha monitoring policies ${verb}`));
    await apply('off');
    const others = changesOf('create').length;
    await apply('google');
    expect(changesOf('create')).toHaveLength(others + TELEMETRY_ALERTS.length);
    expect(changesOf('delete')).toEqual([]);
    await apply('google');
    expect(changesOf('create')).toHaveLength(others + TELEMETRY_ALERTS.length);
    await apply('off');
    expect(changesOf('delete')).toHaveLength(TELEMETRY_ALERTS.length);
    await apply('off');
    expect(changesOf('delete')).toHaveLength(TELEMETRY_ALERTS.length);
  });
});

it('has the exporters in the bundle with NPM_CONFIG_INCLUDE=optional', async () => {
  const folder = 'dist/with-telemetry';
  await promisify(execFile)(process.execPath, ['functions/bundle/build.js', folder], {
    cwd: REPOSITORY,
    env: { ...process.env, NPM_CONFIG_INCLUDE: 'optional' },
  });
  const code = await readFile(join(REPOSITORY, folder, 'functions.cjs'), 'utf8');
  expect(code.includes('exporter-trace-otlp-proto/build/'), 'has the exporter').toBe(true);
  expect(code.includes('require("@opentelemetry/'), 'looks for packages').toBe(false);
  await rm(join(REPOSITORY, folder), { recursive: true });
});
