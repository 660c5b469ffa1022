/** The log of a worker: it says what a process takes with it, and its own failure ends nothing. */
import { afterEach, expect, it, vi } from 'vitest';
import { reportExit } from '../../shared/worker/exit-report.ts';
import type { Log } from '../../shared/worker/op.ts';
import { workerLog } from '../../shared/worker/worker-log.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const fail = (): never => {
  throw new Error('the disk is full');
};

it.each<[string, unknown]>([
  ['throws', { info: fail }],
  ['rejects', { info: async () => fail() }],
  ['has no such function', {}],
])('a line of a log that %s goes to stdout, with the error', async (_, log) => {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
  workerLog(log as Log, {}).info('a message', { operation: 'operations/a' });
  await Promise.resolve();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { severity: 'INFO', message: 'a message', operation: 'operations/a', logFailure: expect.any(String) },
  ]);
});

it('a process that ends says which operations it worked on, unless there are none or the worker has stopped', () => {
  const listeners = new Set(process.listeners('exit'));
  const logged: unknown[] = [];
  const note = (_: string, fields?: object) => void logged.push(fields);
  const log = { debug: note, info: note, warn: note, error: note };
  let running: string[] = [];
  const forget = reportExit(() => running, log);
  const [report] = process.listeners('exit').filter((listener) => !listeners.has(listener));
  report?.(1);
  running = ['operations/a', 'operations/b'];
  report?.(1);
  expect(logged).toEqual([{ exitCode: 1, attempts: 2, operations: running }]);
  forget();
  expect(process.listeners('exit').filter((listener) => !listeners.has(listener))).toEqual([]);
});
