import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { busContract } from './bus-contract.ts';
import { openStorage } from './durable-bus.ts';
import { serveBus } from './embedded-bus.ts';

describe('embedded bus in memory', () => {
  busContract('embedded', () => serveBus());
});

describe('embedded bus on disk', () => {
  let folder: string;

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  busContract('embedded', async () => {
    folder = await mkdtemp(join(tmpdir(), 'bus-'));
    return serveBus({ storage: openStorage(join(folder, 'bus.db')) });
  });
});
