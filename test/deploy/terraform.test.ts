import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY, SampleProject, SETTINGS } from './deployment.ts';
import { installed, mayBeLeftOut, withoutBash } from './left-out.ts';

const TERRAFORM = installed('terraform');
if (!TERRAFORM) mayBeLeftOut('the format of terraform/', 'terraform is not installed');

it.skipIf(!TERRAFORM)('terraform/ is formatted', () => {
  // A configuration of the machine's own must not get in the way.
  const env = { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null' };
  const options = { cwd: REPOSITORY, env, encoding: 'utf8' } as const;
  const { stdout, status } = spawnSync('terraform', ['fmt', '-check', '-diff', 'terraform'], options);
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

it.skipIf(withoutBash('terraform/ beside deploy.sh'))(
  'gives the functions the same environment as deploy.sh, and grants the same roles',
  async () => {
    const project = await SampleProject.create();
    const { stdout } = await project.deploy(SETTINGS);
    await project.remove();
    const names = ['accounts', 'functions', 'pubsub', 'spanner'];
    const files = await Promise.all(
      names.map((name) => readFile(join(REPOSITORY, `terraform/${name}.tf`), 'utf8')),
    );

    const environment = stdout.match(/--set-env-vars=\^\|\^(.*?)'/)?.[1]?.split('|') ?? [];
    const block = files[1]?.match(/environment_variables = \{(.*?)\}/s)?.[1] ?? '';
    const variables = [...block.matchAll(/^ +([A-Z_]+) +=/gm)].map(([, name]) => name);
    expect(variables).toEqual(environment.map((pair) => pair.split('=')[0]));

    const roles = (text: string) => [...new Set(text.match(/roles\/[a-zA-Z.]+/g))].sort();
    // Terraform makes the subscription itself, without Eventarc.
    const expected = roles(stdout).filter((role) => role !== 'roles/eventarc.eventReceiver');
    expect(roles(files.join('\n'))).toEqual(expected);
  },
);
