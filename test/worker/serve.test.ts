/** `serve` on the embedded system: over HTTP, in processes that are killed, stopped and replaced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOperations, type Operations } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { freePort } from '../../local/emulators/ports.ts';
import type { LocalSystem } from '../../local/system.ts';
import { NO_TELEMETRY } from '../../shared/telemetry/telemetry.ts';
import { runProgram } from '../setup/run-program.ts';
import { until } from '../setup/until.ts';
import { fanOutWorkers, report, slow } from './served-operations.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

describe('serve', () => {
  let system: LocalSystem;
  let lro: Operations;
  let folder: string;
  const cleanUp: (() => unknown)[] = [];
  beforeEach(async () => {
    system = await startEmbeddedSystem({ push: true });
    lro = createOperations({ url: system.url });
    folder = await mkdtemp(join(tmpdir(), 'lro-serve-'));
  });
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).reverse()) await clean();
    await system.stop();
    await rm(folder, { recursive: true });
  });

  /** A worker in a process of its own; `log` has a line for each time that its step begins. */
  function worker(
    mode = '',
    environment: NodeJS.ProcessEnv = {},
    output: 'inherit' | 'pipe' = 'inherit',
  ): ChildProcess {
    const child = spawn(process.execPath, runProgram('test/worker/served-worker.ts'), {
      env: {
        ...process.env,
        OPERATIONS_URL: system.url,
        STEP_LOG: join(folder, 'steps'),
        MODE: mode,
        ...environment,
      },
      stdio: ['ignore', output, 'inherit'],
    });
    cleanUp.push(() => child.kill('SIGKILL'));
    return child;
  }
  const begun = async () =>
    (await readFile(join(folder, 'steps'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const exited = (child: ChildProcess) =>
    new Promise<number | null>((resolve) => child.once('exit', resolve));

  it('waits for a server that starts after it, and says so', async () => {
    const url = `http://localhost:${await freePort()}`;
    let printed = '';
    const early = worker('', { OPERATIONS_URL: url }, 'pipe');
    early.stdout?.on('data', (text) => {
      printed += text;
    });
    await until('the worker to warn', () => printed.includes('not connected yet') && printed.includes(url));
    const late = await startEmbeddedSystem({ push: true, port: Number(new URL(url).port) });
    cleanUp.push(() => late.stop());
    const handle = await createOperations({ url }).create(slow, { ms: 0 });
    expect(await handle.result({ timeout: '60s' })).toEqual({ attempt: 1 });
    early.kill('SIGTERM');
    expect(await exited(early)).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at %s while it waits for a server', async (signal) => {
    const url = `http://localhost:${await freePort()}`;
    let printed = '';
    const early = worker('', { OPERATIONS_URL: url }, 'pipe');
    early.stdout?.on('data', (text) => {
      printed += text;
    });
    await until('the worker to warn', () => printed.includes('not connected yet'));
    early.kill(signal);
    expect(await exited(early)).toBe(signal === 'SIGINT' ? 130 : 0);
  });

  it('waits for a Pub/Sub that starts after it, and names its host', async () => {
    const host = `localhost:${await freePort()}`;
    let printed = '';
    const early = worker(
      '',
      { OPERATIONS_URL: `http://${host}`, PUBSUB_EMULATOR_HOST: host, GOOGLE_CLOUD_PROJECT: 'local' },
      'pipe',
    );
    early.stdout?.on('data', (text) => {
      printed += text;
    });
    await until('the worker to warn twice', () => printed.split('ECONNREFUSED').length > 2);
    expect(printed).toContain(`"url":"${host}"`);
    const late = await startEmbeddedSystem({ push: true, port: Number(host.split(':')[1]) });
    cleanUp.push(() => late.stop());
    const handle = await createOperations({ url: `http://${host}` }).create(slow, { ms: 0 });
    expect(await handle.result({ timeout: '60s' })).toEqual({ attempt: 1 });
    early.kill('SIGTERM');
    expect(await exited(early)).toBe(0);
  });

  it('stops when its signal is aborted', async () => {
    const stop = new AbortController();
    const options = { url: system.url, handleSignals: false, log: SILENT, signal: stop.signal };
    const serving = await serve(fanOutWorkers, options);
    stop.abort();
    await serving.stop();
    const handle = await lro.create(report, { pages: [] });
    await expect(handle.result({ timeout: '300ms' })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('works on operations and their children', async () => {
    const serving = await serve(fanOutWorkers, { url: system.url, handleSignals: false, log: SILENT });
    cleanUp.push(() => serving.stop());
    const pages = Array.from({ length: 150 }, (_, index) => `p${index}`);
    const handle = await lro.create(report, { pages });
    expect(await handle.result({ timeout: '60s' })).toEqual({ urls: pages.map((one) => `u/${one}`) });
  });

  it('that stops does not retry its calls to a system that is down', async () => {
    const calls: string[] = [];
    let beginStop = () => {};
    const stopping = new Promise<void>((resolve) => {
      beginStop = resolve;
    });
    const signal = { kind: 'START', operation: 'operations/a', method: slow.method, attempt: '1', try: 1 };
    const data = Buffer.from(JSON.stringify({ ...signal, leaseDuration: '60s' })).toString('base64');
    let pulls = 0;
    const down = createServer((request, response) => {
      const call = request.url?.split(':').at(-1) ?? '';
      calls.push(call);
      if (request.method === 'GET') return response.end('{}');
      if (call === 'heartbeat') void stopping.then(() => response.writeHead(503).end('{}'));
      if (call === 'heartbeat') return response;
      if (call !== 'pull') return response.writeHead(503).end('{}');
      // The second pull has no answer.
      if (++pulls === 1)
        response.end(JSON.stringify({ receivedMessages: [{ ackId: '1', message: { data } }] }));
      return response;
    });
    await new Promise<void>((resolve) => down.listen(0, '127.0.0.1', resolve));
    cleanUp.push(() => down.close());
    const url = `http://127.0.0.1:${(down.address() as AddressInfo).port}`;
    const worker = operation(slow).steps({ start: () => ({ attempt: 1 }) });
    const serving = await serve([worker], { url, handleSignals: false, log: SILENT, graceTime: '1ms' });
    await until('the worker to take the signal', async () => calls.includes('heartbeat'));
    const stopped = serving.stop();
    beginStop();
    await stopped;
    expect(calls.filter((call) => call === 'heartbeat').length).toBeLessThan(5);
    expect(calls.filter((call) => call === 'modifyAckDeadline').length).toBe(1);
  });

  it('takes over what a killed worker had', async () => {
    const first = worker('hang');
    const handle = await lro.create(slow, { ms: 0 }, { dispatch: { lease: '5s' } });
    await until('the step to begin', async () => (await begun()).length === 1);
    first.kill('SIGKILL');
    worker();
    expect(await handle.result({ timeout: '50s' })).toEqual({ attempt: 2 });
    expect(await begun()).toHaveLength(2);
  });

  it('keeps the lease of a step that blocks its thread', async () => {
    worker('block');
    const handle = await lro.create(slow, { ms: 9_000 }, { dispatch: { lease: '5s' } });
    expect(await handle.result({ timeout: '50s' })).toEqual({ attempt: 1 });
    expect(await begun()).toHaveLength(1);
  });

  it('lets the lease of a step run out that blocks its thread for longer than maxBlocked', async () => {
    worker('block', { MAX_BLOCKED: '1s' });
    const handle = await lro.create(
      slow,
      { ms: 25_000 },
      { dispatch: { lease: '5s', firstBackoff: '10ms' } },
    );
    await until('the step to begin', async () => (await begun()).length === 1);
    worker();
    expect(await handle.result({ timeout: '50s' })).toEqual({ attempt: 2 });
  });

  it('lets a step end within graceTime, and takes no other operation meanwhile', async () => {
    const first = worker('finish', { GRACE_TIME: '20s' });
    const handle = await lro.create(slow, { ms: 1_500 });
    await until('the step to begin', async () => (await begun()).length === 1);
    first.kill('SIGTERM');
    const stopping = () => readFile(join(folder, 'steps.stopping'), 'utf8').catch(() => '');
    await until('the worker to stop pulling', async () => (await stopping()) !== '');
    await lro.create(slow, { ms: 0 });
    expect(await exited(first)).toBe(0);
    expect(await handle.result({ timeout: '30s' })).toEqual({ attempt: 1 });
    expect(await begun()).toHaveLength(1);
  });

  it('refuses to start if the filter of the subscription hides one of its methods', async () => {
    const path = `${system.url}/v1/projects/local/subscriptions/pages`;
    const filter = 'attributes.method = "t.v1.RenderPage"';
    const topic = 'projects/local/topics/operation-signals';
    const headers = { 'content-type': 'application/json' };
    await fetch(path, { method: 'PUT', headers, body: JSON.stringify({ topic, filter }) });
    const options = { url: system.url, subscription: 'pages', handleSignals: false, log: SILENT };
    await expect(serve(fanOutWorkers, options)).rejects.toThrow(/pages excludes t\.v1\.Report\./);
    const serving = await serve(fanOutWorkers.slice(0, 1), options);
    await serving.stop();
  });

  it('leaves the signals of the process to others once it has stopped', async () => {
    const listeners = () => ['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal));
    const before = listeners();
    const serving = await serve(fanOutWorkers, { url: system.url, log: SILENT });
    expect(listeners()).not.toEqual(before);
    await serving.stop();
    expect(listeners()).toEqual(before);
  });

  it('delivers its telemetry if it cannot start', async () => {
    const flush = vi.fn(async () => {});
    const telemetry = { ...NO_TELEMETRY, flush };
    const options = { url: system.url, subscription: 'absent', handleSignals: false, log: SILENT, telemetry };
    await expect(serve(fanOutWorkers, options)).rejects.toThrow('absent');
    expect(flush).toHaveBeenCalledOnce();
  });

  it('refuses two workers of one method, and no concurrency', async () => {
    const options = { url: system.url, handleSignals: false, log: SILENT };
    const twice = [...fanOutWorkers, ...fanOutWorkers];
    await expect(serve(twice, options)).rejects.toThrow(/: has two workers in this process/);
    await expect(serve(fanOutWorkers, { ...options, concurrency: 0 })).rejects.toThrow(
      'concurrency: must be at least 1, and is 0',
    );
  });

  it('gives an attempt back when it is stopped, ten times within one step, and that is no try', async () => {
    const handle = await lro.create(slow, { ms: 0 }, { dispatch: { maxTries: 1 } });
    for (let round = 1; round <= 10; round++) {
      const child = worker('wait');
      await until(`the step to begin in round ${round}`, async () => (await begun()).length === round);
      child.kill('SIGTERM');
      expect(await exited(child)).toBe(0);
    }
    worker();
    expect(await handle.result({ timeout: '30s' })).toEqual({ attempt: 11 });
  });
});
