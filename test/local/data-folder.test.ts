/** The folder of `npm start -- --data DIR`, as several processes meet it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import { runProgram } from '../setup/run-program.ts';
import { until } from '../setup/until.ts';

interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
}

let folder: string;
const running: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-'));
});
afterEach(async () => {
  for (const process of running.splice(0)) process.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function start(...args: string[]): Started {
  const child = spawn(
    process.execPath,
    runProgram('local/start.ts', '--port=0', `--data=${folder}`, ...args),
  );
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { process: child, ended, output: () => output };
}

const ready = (started: Started) => until('ready', () => started.output().includes('ready at'));

it('is refused to a second process, with the id of the first', async () => {
  const first = start('--no-sample');
  await ready(first);
  const second = start('--no-sample');
  expect(await second.ended).toBe(1);
  const [, url = ''] = /ready at (\S+)/.exec(first.output()) ?? [];
  expect(second.output()).toContain(
    `The folder ${folder} is in use by process ${first.process.pid} at ${url}`,
  );
  expect((await fetch(`${url}/v1/operations`)).status).toBe(200);
});

it('is given to the next process when the first is killed, or ends', async () => {
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    const started = start('--no-sample');
    await ready(started);
    started.process.kill(signal);
    await started.ended;
  }
  const last = start('--no-sample');
  await ready(last);
});

it('is refused to a second system of one process', async () => {
  const system = await startEmbeddedSystem({ push: true, data: folder });
  await expect(startEmbeddedSystem({ push: true, data: folder })).rejects.toThrow(
    `in use by process ${process.pid} at ${system.url}`,
  );
  await system.stop();
  await (await startEmbeddedSystem({ push: true, data: folder })).stop();
});

it('gets the sample once, and never with --no-sample', async () => {
  const sample = 'One parent with five children, by a worker and a client of the package';
  const first = start();
  await until('the sample to end', () => first.output().includes('The parent SUCCEEDED'));
  first.process.kill('SIGINT');
  await first.ended;
  const second = start();
  await ready(second);
  second.process.kill('SIGINT');
  await second.ended;
  expect([first.output().includes(sample), second.output().includes(sample)]).toEqual([true, false]);
  await rm(folder, { recursive: true });
  const third = start('--no-sample');
  await ready(third);
  third.process.kill('SIGINT');
  await third.ended;
  expect(third.output()).not.toContain(sample);
});

it('has an empty write-ahead log after the end', async () => {
  const system = await startEmbeddedSystem({ push: true, data: folder });
  await system.lifecycle.operation('operations/logged').create();
  await system.stop();
  const logs = (await readdir(folder)).filter((name) => name.endsWith('-wal'));
  for (const log of logs) expect((await stat(join(folder, log))).size).toBe(0);
});

it('is named in the error if its file is no database', async () => {
  await writeFile(
    join(folder, 'lro.db'),
    'no database at all, but longer than a header of a hundred bytes. '.repeat(9),
  );
  const started = start();
  expect(await started.ended).toBe(1);
  expect(started.output().split(join(folder, 'lro.db'))).toHaveLength(2);
  expect(started.output()).not.toContain('    at ');
});

it('is named in the error if its file is the database of another program, which does not change', async () => {
  const foreign = openThreadedConnection(join(folder, 'lro.db'));
  foreign.execute('CREATE TABLE bookmarks (url TEXT)');
  foreign.close();
  await expect(startEmbeddedSystem({ push: true, data: folder })).rejects.toThrow(
    `${join(folder, 'lro.db')} cannot be used: it belongs to another program`,
  );
  const after = openThreadedConnection(join(folder, 'lro.db'));
  expect(after.query<[string]>('SELECT name FROM sqlite_schema').all([])).toEqual([['bookmarks']]);
  after.close();
});

it('is free again after a start that failed', async () => {
  await writeFile(join(folder, 'lro.db'), 'x'.repeat(1_000));
  await expect(startEmbeddedSystem({ push: true, data: folder })).rejects.toThrow('is not a database');
  await rm(join(folder, 'lro.db'));
  await (await startEmbeddedSystem({ push: true, data: folder })).stop();
});
