/** The folder of `workflow serve --data` belongs to one process at a time. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileStore } from '../../executor/durable/file-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflows-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => new FileStore(folder);

/** What an earlier release wrote to lock the folder. */
const lockOfEarlierRelease = (owner: number) => writeFile(join(folder, 'lock'), String(owner));

it('is refused to a second store, also of a process with the same id, as in another container', () => {
  const first = open();
  expect(open).toThrow(`The folder ${folder} is in use by process ${process.pid}`);
  first.close();
  first.close();
  open().close();
});

it('is refused while a process of an earlier release uses it', async () => {
  await lockOfEarlierRelease(process.ppid);
  expect(open).toThrow(`is in use by process ${process.ppid}, says the file ${join(folder, 'lock')}`);
  await rm(join(folder, 'lock'));
  open().close();
});

it('is taken over from a killed process of an earlier release', async () => {
  await lockOfEarlierRelease(2 ** 30);
  open().close();
  expect(existsSync(join(folder, 'lock'))).toBe(false);
});
