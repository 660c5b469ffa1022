/**
 * After each test file: nothing that the tests started is left behind. A timer that keeps the process alive, a socket, a
 * server, a child process, or a temporary file fails the file. Timers and sockets that are `unref`ed are not seen.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';

/** What a test can forget to close, as process.getActiveResourcesInfo() names it. */
const KINDS = new Set([
  'Timeout',

  'TCPSocketWrap',
  'TCPServerWrap',
  'ProcessWrap',
  'FSEvent',
  'Worker',
]);
/** What tools keep in the folder of temporary files for their next run. */
const KEPT = /^(tsx-|node-compile-cache|v8-compile-cache|node-jiti|hsperfdata_)/;
/** Sockets take a moment to close, and idle ones of `fetch` stay for 4 seconds after the last call. */
const PATIENCE_MS = 10_000;

const outside = tmpdir();
let folder = '';
let before = new Map<string, number>();

beforeAll(async () => {
  await mkdir(outside, { recursive: true });
  folder = await mkdtemp(join(outside, 'lro-test-'));
  process.env.TMPDIR = folder;
  before = activeResources();
  // Those are timers of the runner, which end by themselves.
  before.delete('Timeout');
});

afterAll(async () => {
  process.env.TMPDIR = outside;
  const left = await leftOver();
  await rm(folder, { recursive: true, force: true });
  expect(left, 'what the tests of this file left behind').toEqual([]);
}, PATIENCE_MS * 3);

/** Asks until nothing is left; after PATIENCE_MS, what still is. */
async function leftOver(): Promise<readonly string[]> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const files = (await readdir(folder)).filter((name) => !KEPT.test(name)).map((name) => `file ${name}`);
    const resources = moreThan(before, activeResources());
    const left = [...files, ...resources];
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(20);
  }
}

function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (KINDS.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
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
