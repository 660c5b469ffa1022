/**
 * The files of one worker share its process, so each has to leave the process as it was.
 *
 * After each test file: a timer that keeps the process alive, a socket, a server, a child process, a temporary file, a listener of
 * the process, or a global that is left behind fails the file. The environment variables, the working directory, the clock
 * and the functions that `vi.spyOn` has replaced are restored. Timers and sockets that are `unref`ed are not seen.
 *
 * The files of a worker also share its modules, so a module must not hold state. `examples/outside-world.ts` does, because it
 * imitates the services of others: its bookings and charges are removed after each file.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, vi } from 'vitest';
import * as outsideWorld from '../../examples/outside-world.ts';

/** The resources that a test can forget to close, by their names in process.getActiveResourcesInfo(). */
const RESOURCES = new Set(['Timeout', 'TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap', 'FSEvent', 'Worker']);
/** The events of the process that a test or a program in it may listen to. */
const EVENTS = ['uncaughtException', 'unhandledRejection', 'SIGHUP', 'SIGINT', 'SIGTERM'];
/** Files that tools keep in the folder for temporary files for their next run. */
const KEPT = /^(tsx-|node-compile-cache|v8-compile-cache|node-jiti|hsperfdata_)/;
/** Globals that the runner and libraries create in the first file that loads them. */
const LIBRARY_GLOBALS = /^(__vitest|__VITEST|VITEST|__vite|__coverage|__zod_|__core-js_|Symbol\()/;
/** Listeners that the Spanner client and Node's module `domain` add when they are loaded. */
const LIBRARY_LISTENER =
  /^async \(\) => \{\s*await cleanup\(\);\s*\}$|^function domainUncaughtExceptionClear/;
/** Sockets take a moment to close, and idle ones of `fetch` stay for 4 seconds after the last call. */
const PATIENCE_MS = Number(process.env.LEAKS_PATIENCE_MS ?? 10_000);

/** The property of `process` with the number of timers that earlier files left behind. Later files do not fail for them. */
const TIMERS_LEFT = Symbol.for('lro-orchestrator timers left');
const worker: { [TIMERS_LEFT]?: number } = process as object;

const outside = tmpdir();
// Taken here and not in beforeAll, because a test file can change them while it is imported.
const environment = { ...process.env };
const workingDirectory = process.cwd();
const globals = new Set(Reflect.ownKeys(globalThis));
const listeners = processListeners();
const services = Object.values(outsideWorld).map((service) => ({
  service,
  data: structuredClone({ ...service }),
}));
let folder = '';
let resources = new Map<string, number>();

beforeAll(async () => {
  await mkdir(outside, { recursive: true });
  folder = await mkdtemp(join(outside, 'lro-test-'));
  process.env.TMPDIR = folder;
  // The runner has timers too, which end without help.
  resources = activeResources().set('Timeout', worker[TIMERS_LEFT] ?? 0);
});

afterAll(async () => {
  restore();
  const left = await leftBehind();
  await rm(folder, { recursive: true, force: true });
  if (left.length > 0) worker[TIMERS_LEFT] = activeResources().get('Timeout') ?? 0;
  if (left.length > 0) throw new Error(`The tests of this file left behind: ${left.join(', ')}`);
}, PATIENCE_MS * 3);

function restore(): void {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  if (process.cwd() !== workingDirectory) process.chdir(workingDirectory);
  for (const { service, data } of services) Object.assign(service, data);
}

/** Polls until nothing is left. Returns what is still left after PATIENCE_MS. */
async function leftBehind(): Promise<readonly string[]> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const files = (await readdir(folder)).filter((name) => !KEPT.test(name)).map((name) => `file ${name}`);
    const left = [
      ...files,
      ...moreThan(resources, activeResources()),
      ...moreThan(listeners, processListeners()),
      ...newGlobals(),
    ];
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(20);
  }
}

function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (RESOURCES.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function processListeners(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const event of EVENTS) {
    for (const listener of process.listeners(event as NodeJS.Signals)) {
      const source = String(listener);
      const name = `listener of ${event}: ${source.replace(/\s+/g, ' ').slice(0, 100)}`;
      if (!LIBRARY_LISTENER.test(source)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

function newGlobals(): readonly string[] {
  return Reflect.ownKeys(globalThis)
    .filter((key) => !globals.has(key) && !LIBRARY_GLOBALS.test(String(key)))
    .map((key) => `global ${String(key)}`);
}

function moreThan(
  earlier: ReadonlyMap<string, number>,
  later: ReadonlyMap<string, number>,
): readonly string[] {
  return [...later].flatMap(([kind, count]) => {
    const more = count - (earlier.get(kind) ?? 0);
    return more > 0 ? [`${more} × ${kind}`] : [];
  });
}
