/** What deploy.sh names as an entry point is there for the functions-framework. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../rooms/tracked-files.ts';
import { runProgram } from '../setup/run-program.ts';

const script = readFileSync(`${REPOSITORY}deploy/functions.sh`, 'utf8');
const [, cases = ''] = /why_function\(\) \{\n +case \$1 in\n([\s\S]*?)\n +esac/.exec(script) ?? [];
const deployed = [...cases.matchAll(/^ +([\w-]+)\) printf/gm)].map(([, name]) => name as string);

it('deploy.sh deploys the five functions', () => {
  expect(deployed.toSorted()).toEqual(['console', 'on-lifecycle-event', 'operations', 'resume', 'sweep']);
});

const register = (FUNCTION_TARGET: string, NODE_ENV?: string) =>
  spawnSync(process.execPath, runProgram('test/functions/registered-target.ts'), {
    env: { ...process.env, FUNCTION_TARGET, NODE_ENV },
    encoding: 'utf8',
  });

it.each(deployed)('the entry point %s: is registered with the framework', (name) => {
  const { status, stderr, stdout } = register(name);
  expect(status, stderr).toBe(0);
  expect(stdout).toBe('production\n');
});

it('runs as in production, unless its environment says otherwise', () => {
  expect(register('sweep', 'development').stdout).toBe('development\n');
});

it.each(['another', 'toString'])(
  'a target that is no function, %s, ends the process with the names of all',
  (name) => {
    const { status, stderr } = register(name);
    expect(status).toBe(1);
    for (const deployedName of deployed) expect(stderr).toContain(deployedName);
    expect(stderr).toContain(`and is "${name}"`);
  },
);
