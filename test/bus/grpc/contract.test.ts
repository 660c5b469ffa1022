import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, inject } from 'vitest';
import { leftOut } from '../../deploy/left-out.ts';
import { openStorage } from '../durable-bus.ts';
import { serveGrpcBus } from './embedded-server.ts';
import { grpcContract } from './grpc-contract.ts';
import { nodeClient } from './node-client.ts';
import { missingForPython, pythonClient } from './python-client.ts';

const emulator = inject('pubsubEmulatorHost');
const missing = missingForPython();
if (missing) leftOut("Pub/Sub's gRPC interface with a client in Python", missing);

const CLIENTS = [
  { language: 'Node', connect: nodeClient, runs: true },
  { language: 'Python', connect: pythonClient, runs: missing === undefined },
];

for (const { language, connect, runs } of CLIENTS) {
  describe.skipIf(!runs)(`${language}'s client on the embedded bus`, () => {
    grpcContract('embedded', () => serveGrpcBus(), connect);
  });

  describe.skipIf(!runs)(`${language}'s client on the embedded bus on disk`, () => {
    let folder: string;

    afterAll(async () => {
      await rm(folder, { recursive: true });
    });

    grpcContract(
      'embedded',
      async () => {
        folder = await mkdtemp(join(tmpdir(), 'bus-'));
        return serveGrpcBus({ storage: openStorage(join(folder, 'bus.db')) });
      },
      connect,
    );
  });

  describe.skipIf(!runs || emulator === undefined)(`${language}'s client on the emulator`, () => {
    const start = async () => ({ kind: 'emulator' as const, host: emulator ?? '', stop: async () => {} });
    grpcContract('emulator', start, connect);
  });
}
