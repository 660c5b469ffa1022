/** Runs test files that leave something behind in one worker, with the setup of all test files. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = fileURLToPath(new URL('leaking/', import.meta.url));

interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

let results: ReadonlyMap<string, FileResult>;
beforeAll(() => {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/setup/leaking/vitest.config.ts'];
  const { stdout, stderr } = spawnSync(process.execPath, [...vitest, '--reporter=json'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, CHANGED: 'as it was', LEAKS_PATIENCE_MS: '200' },
  });
  if (!stdout.startsWith('{')) throw new Error(stdout + stderr);
  const files: readonly FileResult[] = JSON.parse(stdout).testResults;
  results = new Map(files.map((file) => [file.name.slice(FOLDER.length).replace('.fixture.ts', ''), file]));
});

describe('a test file', () => {
  it.each([
    ['child-process', '1 × ProcessWrap'],
    ['file', 'file leaked'],
    ['global', 'global leaked'],
    ['listener', '1 × listener of SIGTERM: () => undefined'],
    ['server', '1 × TCPServerWrap'],
    ['timer', '1 × Timeout'],
  ])('that leaves a %s behind fails, and the failure names that alone', (name, left) => {
    expect(results.get(name)).toMatchObject({
      status: 'failed',
      message: `The tests of this file left behind: ${left}`,
    });
  });

  it('that changes the environment, the working directory, the clock or a function does not affect the next file', () => {
    for (const name of ['restored-one', 'restored-another']) {
      expect(results.get(name)).toMatchObject({ status: 'passed' });
    }
  });

  it('of every kind is tried', () => {
    expect([...results.keys()].toSorted()).toEqual(
      readdirSync(FOLDER)
        .filter((file) => file.endsWith('.fixture.ts'))
        .map((file) => file.replace('.fixture.ts', '')),
    );
  });
});
