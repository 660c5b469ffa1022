/**
 * The embedded system with `--data` on storage that fails in the middle of the work, then works again: the disk (a tmpfs) is full,
 * or `fsync` and `fdatasync` fail with EIO (a library that is preloaded). No event whose publish was answered with 200 is lost.
 * After a full disk the same process goes on; after a failed synchronization it refuses everything until it is started again. A fault that this machine cannot have is left out, with the reason.
 *
 *   npx tsx test/faults/real/storage.ts
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../local/emulators/ports.ts';
import { compileLibrary } from './native-library.ts';

const START = fileURLToPath(new URL('../../../local/start.ts', import.meta.url));
const PATIENCE_MS = 60_000;
const MAX_EVENTS = 2_000;
/** The number of publishes while storage fails, and after it works again. */
const MORE = 20;
const METADATA = { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'x'.repeat(20_000) };

const FSYNC_SHIM = `
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/syscall.h>
static int fails(void) { const char *path = getenv("FSYNC_FAILS_WHILE"); return path && access(path, F_OK) == 0; }
int fsync(int fd) { if (fails()) { errno = EIO; return -1; } return (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { if (fails()) { errno = EIO; return -1; } return (int)syscall(SYS_fdatasync, fd); }
`;

interface StorageFault {
  readonly name: string;
  readonly folder: string;
  /** Whether the process has to be started again once storage works. */
  readonly restarts: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Makes storage fail after the first events. Absent if the load itself makes storage fail. */
  readonly begin?: () => Promise<unknown>;
  readonly end: () => unknown;
  readonly clean: () => unknown;
}

let url = '';
let acknowledged: string[] = [];
let refused = 0;
for (const fault of [await diskFull(), await failedSync()]) if (fault) await play(fault);

async function diskFull(): Promise<StorageFault | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'lro-disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder]).status !== 0) {
    console.log('disk full: left out, a tmpfs cannot be mounted here');
    return undefined;
  }
  return {
    name: 'disk full',
    folder,
    restarts: false,
    end: () => spawnSync('mount', ['-o', 'remount,size=200m', folder]),
    clean: () => spawnSync('umount', [folder]),
  };
}

async function failedSync(): Promise<StorageFault | undefined> {
  const shim = await compileLibrary(FSYNC_SHIM);
  if (!shim) {
    console.log('failed fsync: left out, there is no C compiler');
    return undefined;
  }
  const mark = join(shim.folder, 'fails');
  return {
    name: 'failed fsync',
    restarts: true,
    folder: await mkdtemp(join(tmpdir(), 'lro-disk-')),
    environment: { LD_PRELOAD: shim.file, FSYNC_FAILS_WHILE: mark },
    begin: () => writeFile(mark, ''),
    end: () => rm(mark),
    clean: () => shim.remove(),
  };
}

async function play({ name, folder, restarts, environment, begin, end, clean }: StorageFault): Promise<void> {
  acknowledged = [];
  refused = 0;
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const args = ['--import', 'tsx', START, `--port=${port}`, `--data=${folder}`, '--no-sample'];
  let server = start(args, environment);
  try {
    await isReady();
    if (begin) for (let index = 0; index < MORE; index++) await publish(`operations/first-${index}`);
    await begin?.();
    for (let index = 0; index < MAX_EVENTS && refused < MORE; index++)
      await publish(`operations/before-${index}`);
    console.log(`${name}: ${acknowledged.length} events acknowledged, ${refused} refused`);
    if (refused === 0) throw new Error('storage did not fail');
    await end();
    if (restarts) {
      if (await publish('operations/refused-still')) throw new Error('it took an event after a failed fsync');
      await server.kill();
      server = start(args, environment);
      await isReady();
    }
    const before = acknowledged.length;
    await until('events are acknowledged again', () => publish(`operations/after-${Date.now()}`));
    for (let index = 0; index < MORE; index++) await publish(`operations/later-${index}`);
    if (server.process.exitCode !== null)
      throw new Error(`the process ended with ${server.process.exitCode}`);
    await until('every acknowledged event is applied', async () => {
      for (const operation of acknowledged) if (!(await fetch(`${url}/v1/${operation}`)).ok) return false;
      return true;
    });
    console.log(
      `  works again: ${acknowledged.length - before} more; all ${acknowledged.length} are applied: held`,
    );
  } catch (error) {
    console.error(name, error);
    process.exitCode = 1;
  } finally {
    await server.kill();
    await clean();
    await rm(folder, { recursive: true });
  }
}

async function publish(operation: string): Promise<boolean> {
  const event = { operation, created: { method: 'm', metadata: METADATA } };
  const data = Buffer.from(JSON.stringify(event)).toString('base64');
  const response = await fetch(`${url}/v1/projects/local/topics/operation-lifecycle:publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ data }] }),
  }).catch(() => undefined);
  await response?.text();
  if (response?.ok) acknowledged.push(operation);
  else refused++;
  return response?.ok ?? false;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await isSo().catch(() => false)); await sleep(100)) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
  }
}

function start(args: readonly string[], environment: StorageFault['environment']) {
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...environment } });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return {
    process: child,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function isReady(): Promise<void> {
  return until('the system is ready', async () => (await fetch(`${url}/v1/operations`)).ok);
}
