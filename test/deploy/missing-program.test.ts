/** A machine without the programs of a deployment: Windows, or a small container image. */
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { runProgram } from '../setup/run-program.ts';
import { outcomeOf } from './child-outcome.ts';
import { REPOSITORY } from './deployment.ts';

const NO_PROGRAMS = { PATH: '/there-is-no-such-folder' };

it.each([
  ['deploy', 'plan'],
  ['doctor', '--project-id=my-project'],
])('lro %s says that bash is missing, and what has it', async (command, argument) => {
  const child = spawn(process.execPath, runProgram('bin/lro.ts', command, argument), {
    cwd: REPOSITORY,
    env: NO_PROGRAMS,
  });
  const { code, stderr } = await outcomeOf(child);
  expect(stderr).toMatch(
    /^(lro deploy: )?bash is not installed, or not in PATH\. .* on Windows, use WSL\.\n$/,
  );
  expect(code).toBe(1);
});
