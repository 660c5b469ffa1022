/** The API reference: TypeDoc refuses an entry without a docstring, a broken link, and a type that no entry exports. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './packed.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-reference-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is made of the docstrings of every entry, without a warning', async () => {
  const build = [join(ROOT, 'packaging/reference/build.js'), folder];
  await promisify(execFile)(process.execPath, build);
  const index = await readFile(join(folder, 'index.html'), 'utf8');
  for (const entry of ['', '/worker', '/testing', '/workflows', '/functions']) {
    expect(index).toContain(`lro-orchestrator${entry}</a>`);
  }
  const op = await readFile(join(folder, 'interfaces/lro-orchestrator_worker.Op.html'), 'utf8');
  expect(op).toContain('the same in every step, try and worker');
});
