/** Copies of the folder of `npm start -- --data DIR`, as docs/data.md makes them, and the system that starts on one. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';

let folder: string;
const systems: LocalSystem[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-copy-'));
});
afterEach(async () => {
  for (const system of systems.splice(0)) await system.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(data: string): Promise<LocalSystem> {
  const system = await startEmbeddedSystem({ push: true, data });
  systems.push(system);
  return system;
}

async function stop(system: LocalSystem): Promise<void> {
  systems.splice(systems.indexOf(system), 1);
  await system.stop();
}

/** A parent that waits for a child, and one that sleeps. */
async function fill({ lifecycle }: LocalSystem): Promise<void> {
  await lifecycle.operation('operations/child').create();
  await lifecycle.operation('operations/parent').create();
  await lifecycle.operation('operations/parent').wait({ children: ['operations/child'], timeout: 900 });
  await lifecycle.operation('operations/sleeper').create();
  await lifecycle.operation('operations/sleeper').wait({ sleep: 2 });
}

const stateOf = async ({ url }: LocalSystem, id: string): Promise<string> => {
  const response = await fetch(`${url}/v1/operations/${id}:inspect`);
  return ((await response.json()) as { state: string }).state;
};

async function expectToGoOn(system: LocalSystem): Promise<void> {
  expect(await stateOf(system, 'parent')).toBe('WAITING');
  await system.lifecycle.operation('operations/child').succeed();
  await until('the parent to be resumed', async () => (await stateOf(system, 'parent')) === 'RUNNING');
  await until('the sleeper to be resumed', async () => (await stateOf(system, 'sleeper')) === 'RUNNING');
}

async function filled(data: string): Promise<LocalSystem> {
  const system = await start(data);
  await fill(system);
  await until(
    'the waits',
    async () =>
      ['WAITING', 'RUNNING'].includes(await stateOf(system, 'sleeper').catch(() => '')) &&
      (await stateOf(system, 'parent').catch(() => '')) === 'WAITING',
  );
  return system;
}

it('a system on a copy by VACUUM INTO continues from the moment of the copy', async () => {
  const system = await filled(join(folder, 'data'));
  const copy = join(folder, 'copy');
  await mkdir(copy);
  const database = new Libsql(join(folder, 'data', 'lro.db'));
  database.exec(`VACUUM INTO '${join(copy, 'lro.db')}'`);
  database.close();
  await system.lifecycle.operation('operations/later').create();
  await until('the later one', async () => (await stateOf(system, 'later')) === 'RUNNING');
  const restored = await start(copy);
  expect(restored.isNew).toBe(false);
  expect((await fetch(`${restored.url}/v1/operations/later`)).status).toBe(404);
  await expectToGoOn(restored);
  expect(await stateOf(system, 'parent')).toBe('WAITING');
});

it('a system on a copy of a stopped folder continues', async () => {
  const system = await filled(join(folder, 'data'));
  await stop(system);
  await cp(join(folder, 'data'), join(folder, 'copy'), { recursive: true });
  await expectToGoOn(await start(join(folder, 'copy')));
});
