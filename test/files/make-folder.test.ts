import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { REPOSITORY, trackedFiles } from '../rooms/tracked-files.ts';
import { runProgram } from '../setup/run-program.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'folders-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

describe('a folder at the path of a user', () => {
  it('is made with the folders above it, and left as it is where it is there', () => {
    const path = join(scratch, 'a', 'b', 'c');
    makeFolder(path);
    writeFileSync(join(path, 'kept'), '');
    makeFolder(`${path}/`);
    makeFolder(join(path, '..', 'c', 'd'));
    expect([existsSync(join(path, 'kept')), existsSync(join(path, 'd'))]).toEqual([true, true]);
  });

  it('is made behind a link to a folder', () => {
    mkdirSync(join(scratch, 'real'));
    symlinkSync(join(scratch, 'real'), join(scratch, 'link'));
    makeFolder(join(scratch, 'link', 'a'));
    expect(existsSync(join(scratch, 'real', 'a'))).toBe(true);
  });

  it.each([
    ['a file', 'file', 'is a file'],
    ['below a file', 'file/a', '/file is a file'],
    ['a link to nothing', 'dangling', 'EEXIST'],
    ['below a link to itself', 'loop/a', 'ELOOP'],
    ['a name that is too long', 'n'.repeat(300), 'ENAMETOOLONG'],
  ])('is refused with its name: %s', (_, name, reason) => {
    writeFileSync(join(scratch, 'file'), '');
    symlinkSync(join(scratch, 'nothing'), join(scratch, 'dangling'));
    symlinkSync(join(scratch, 'loop'), join(scratch, 'loop'));
    const path = join(scratch, name);
    expect(() => makeFolder(path)).toThrow(`The folder ${path} cannot be written: `);
    expect(() => makeFolder(path)).toThrow(reason);
  });
});

describe.skipIf(process.platform !== 'linux')('a folder below /proc, which takes none,', () => {
  it.each([
    ['npm start', 1, runProgram('local/start.ts', '--port=0', '--no-sample', '--data=/proc/x')],
    ['lro init', 1, runProgram('bin/lro.ts', 'init', '/proc/x')],
    ['workflow serve', 2, runProgram('executor/main.ts', 'serve', '--port=0', '--data=/proc/x')],
  ])('ends %s with an error that names it', (_, code, args) => {
    const { status, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    expect(stderr).toContain('The folder /proc/x cannot be written: ENOENT');
    expect(status).toBe(code);
  });
});

/** What a user runs. Everything else makes folders of the repository only. */
const PROGRAMS = /^(bin|executor|functions|local|shared|testing)\/.*\.ts$/;

it('is made by one function everywhere', () => {
  const others = trackedFiles().filter(
    (file) =>
      PROGRAMS.test(file) &&
      existsSync(REPOSITORY + file) &&
      /mkdir(Sync)?\([^)]*recursive/.test(readFileSync(REPOSITORY + file, 'utf8')),
  );
  expect(others).toEqual([]);
});
