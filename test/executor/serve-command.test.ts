// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
/** The command `lro workflow serve`, and its folder of data. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../executor/cli.ts';
import { FileStore } from '../../executor/durable/file-store.ts';
import { Executor } from '../../executor/index.ts';
import { runProgram } from '../setup/run-program.ts';
import { callCommand } from './command.ts';
import { NAP } from './nap.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-data-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('lro workflow serve', () => {
  /** Starts the command, and gives its URL when it is ready. */
  async function serve(...args: readonly string[]) {
    const child = spawn(process.execPath, runProgram('executor/main.ts', 'serve', '--port', '0', ...args), {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output).toMatch(/^ready: /);
    const url = /^ready: (\S+)/.exec(output)?.[1] ?? '';
    const stop = (signal: NodeJS.Signals) => {
      const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
      child.kill(signal);
      return closed;
    };
    return { url, stop };
  }

  it('continues running executions after kill -9', async () => {
    const file = join(folder, 'nap.yaml');
    await writeFile(file, NAP.replace('seconds: 100', 'seconds: 3'));
    const data = join(folder, 'data');
    const first = await serve('--data', data, file);
    const created = await fetch(`${first.url}/nap/executions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ argument: '4' }),
    });
    const { name } = (await created.json()) as { name: string };
    await first.stop('SIGKILL');
    const second = await serve('--data', data);
    const origin = new URL(second.url).origin;
    const state = async () =>
      ((await (await fetch(`${origin}/v1/${name}`)).json()) as { state: string }).state;
    await expect.poll(state).toBe('SUCCEEDED');
    const listed = (await (await fetch(`${origin}/v1/projects/p/locations/l/workflows`)).json()) as {
      workflows: object[];
    };
    expect(listed.workflows).toHaveLength(1);
    expect(await second.stop('SIGTERM')).toBe(0);
  });

  it('refuses pages of other origins, other hosts and unknown paths, in JSON', async () => {
    const server = await serve();
    const status = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${new URL(server.url).origin}${path}`, init);
      return [response.status, ((await response.json()) as { error: { status: string } }).error?.status];
    };
    const path = '/v1/projects/p/locations/l/workflows';
    const post = (headers: Record<string, string>) => ({ method: 'POST', headers, body: '{}' });
    expect(await status(`${path}?workflowId=x`, post({ origin: 'https://evil.test' }))).toEqual([
      403,
      'PERMISSION_DENIED',
    ]);
    expect(
      await status(
        `${path}/w/executions`,
        post({ 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }),
      ),
    ).toEqual([403, 'PERMISSION_DENIED']);
    expect(await status('/nowhere')).toEqual([404, 'NOT_FOUND']);
    expect(await server.stop('SIGTERM')).toBe(0);
  });

  it('names a file of a workflow that is not whole, and leaves the folder usable without it', async () => {
    const data = join(folder, 'data');
    const executor = new Executor({ store: new FileStore(data) });
    executor.deploy('nap', NAP);
    await executor.close();
    const path = join(data, 'workflows', 'nap.json');
    await writeFile(path, '');
    expect(await callCommand(['serve', '--port', '0', '--data', data])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--data: ${path} cannot be read: `),
    });
    await rm(path);
    const server = await serve('--data', data);
    expect(await server.stop('SIGTERM')).toBe(0);
  });

  it('takes a signal that comes with the line that says that it is ready', async () => {
    const before = process.rawListeners('SIGTERM');
    const own = () => process.rawListeners('SIGTERM').filter((listener) => !before.includes(listener));
    const stop = () => own().map((listener) => listener('SIGTERM')).length;
    let stopped = 0;
    const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => {
      stopped = stop();
      // Without a listener the signal would have ended the process.
      if (stopped === 0) setImmediate(stop);
      return true;
    });
    const code = await main(['serve', '--port', '0']).finally(() => written.mockRestore());
    expect({ code, stopped }).toEqual({ code: 0, stopped: 1 });
  });

  it('refuses a port that does not exist', async () => {
    expect(await callCommand(['serve', '--port', '65536'])).toEqual({
      code: 2,
      stdout: '',
      stderr: '--port must be at most 65535; got 65536\n',
    });
  });

  it('refuses a folder that another process uses', async () => {
    const first = await serve('--data', folder);
    const { code, stderr } = await callCommand(['serve', '--port', '0', '--data', folder]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/is in use by process \d+/) });
    await first.stop('SIGTERM');
  });
});
