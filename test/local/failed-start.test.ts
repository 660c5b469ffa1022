/** An embedded system that does not start leaves nothing open. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { freePort } from '../../local/emulators/ports.ts';

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
