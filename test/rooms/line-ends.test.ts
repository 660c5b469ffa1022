import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY, trackedFiles } from './tracked-files.ts';

it('bash scripts have the line ends that bash reads, also where git writes those of Windows', () => {
  const scripts = trackedFiles().filter((path) => path.endsWith('.sh'));
  const folder = mkdtempSync(join(tmpdir(), 'lro-line-ends-'));
  try {
    const checkout = ['-c', 'core.autocrlf=true', 'checkout-index', `--prefix=${folder}${sep}`, '--'];
    execFileSync('git', [...checkout, ...scripts], { cwd: REPOSITORY });
    expect(scripts.filter((path) => readFileSync(join(folder, path), 'utf8').includes('\r'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
