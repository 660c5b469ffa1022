/** A system that does not start leaves nothing open, and says which part failed, and why. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { startEmulatedSystem } from '../../local/emulated/emulated-system.ts';
import { freePort } from '../../local/emulators/ports.ts';
import { startTogether } from '../../local/start-together.ts';

it('closes the port and the data folder if the port for gRPC is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const data = await mkdtemp(join(tmpdir(), 'lro-failed-start-'));
  const options = { push: true, port: await freePort(), data };
  try {
    const { port: grpcPort } = other.address() as AddressInfo;
    await expect(startEmbeddedSystem({ ...options, grpcPort })).rejects.toThrow(/EADDRINUSE/);
    const system = await startEmbeddedSystem(options);
    await system.stop();
  } finally {
    other.close();
    await rm(data, { recursive: true });
  }
});

describe('parts that start together', () => {
  it('are all stopped if some of them do not start, also those that start later, and the error names each of these', async () => {
    const stopped: string[] = [];
    const part = (name: string) => ({ stop: async () => void stopped.push(name) });
    let startLate = (_: ReturnType<typeof part>) => {};
    const late = new Promise<ReturnType<typeof part>>((resolve) => {
      startLate = resolve;
    });
    const started = startTogether('function', {
      operations: Promise.resolve(part('operations')),
      resume: Promise.reject(new Error('node ended before it was ready: no such setting')),
      sweep: late,
      missing: Promise.resolve(undefined),
      events: Promise.reject(new Error('no memory')),
    });
    startLate(part('sweep'));
    await expect(started).rejects.toThrow(
      'The function resume did not start: node ended before it was ready: no such setting\nThe function events did not start: no memory',
    );
    expect(stopped).toEqual(['operations', 'sweep']);
  });

  it('are all stopped even if one of them does not stop cleanly', async () => {
    let stops = 0;
    const broken = async () => {
      stops += 1;
      throw new Error('cannot stop');
    };
    const parts = { one: Promise.resolve({ stop: broken }), other: Promise.resolve({ stop: broken }) };
    const failing = { ...parts, third: Promise.reject(new Error('no port')) };
    await expect(startTogether('function', failing)).rejects.toThrow(
      'The function third did not start: no port',
    );
    expect(stops).toBe(2);
  });
});

const spannerHost = inject('spannerEmulatorHost');

describe.skipIf(!spannerHost)('a system on emulators', () => {
  it('stops the functions that started if another one does not, and leaves its port free', async () => {
    const running = new Set<string>();
    const options = { spannerHost: spannerHost ?? '', pubsubHost: 'localhost:1', push: true };
    const port = await freePort();
    const started = startEmulatedSystem({
      ...options,
      port,
      project: `failed-${randomUUID().slice(0, 8)}`,
      async startFunction(target) {
        if (target === 'sweep') throw new Error('LOG_LEVEL: must be one of debug, info');
        running.add(target);
        return { url: 'http://127.0.0.1:1', stop: async () => void running.delete(target) };
      },
    });
    await expect(started).rejects.toThrow('The function sweep did not start: LOG_LEVEL: must be one of');
    expect([...running]).toEqual([]);
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    other.close();
  });
});
