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

it.each(deployed)('the entry point %s: is registered with the framework', (name) => {
  const { status, stderr } = spawnSync(process.execPath, runProgram('test/functions/registered-target.ts'), {
    env: { ...process.env, FUNCTION_TARGET: name },
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
});
