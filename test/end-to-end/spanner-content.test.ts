/** What is in Spanner, read past the store: the columns that the contract promises. */
import { randomUUID } from 'node:crypto';
import { Spanner } from '@google-cloud/spanner';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startEmulatedSystem } from '../../local/emulated/emulated-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { decodeOperation } from '../../shared/messages/operation.ts';
import { freshName } from './names.ts';
import { Observer } from './observer.ts';

const spannerHost = inject('spannerEmulatorHost');
const pubsubHost = inject('pubsubEmulatorHost');

describe.skipIf(!spannerHost || !pubsubHost)('the table Operations', () => {
  const project = `e2e-${randomUUID().slice(0, 8)}`;
  let system: LocalSystem;
  let observer: Observer;
  let spanner: Spanner;

  beforeAll(async () => {
    const hosts = { spannerHost: spannerHost ?? '', pubsubHost: pubsubHost ?? '' };
    system = await startEmulatedSystem({ ...hosts, project, push: true });
    observer = await Observer.of(system);
    spanner = new Spanner({ projectId: project });
  });
  afterAll(async () => {
    spanner?.close();
    await system?.stop();
  });

  it('has the operation as the contract says', async () => {
    const name = freshName('row');
    const operation = system.lifecycle.operation(name);
    await operation.create({ method: 'm' });
    await operation.checkpoint({ checkpoint: { page: 7 }, resumePoint: 'page' });
    await operation.succeed({ pages: 7 });
    await observer.completion(name);
    await expect.poll(() => observer.inspect(name)).toMatchObject({ resumePoint: 'page', method: 'm' });

    const database = spanner.instance('lro').database('lro');
    const columns = ['key', 'Operation', 'Checkpoint', 'ResumePoint'];
    const [[row]] = await database.table('Operations').read({ columns, keys: [name] });
    const cell = Object.fromEntries(
      (row as unknown as { name: string; value: unknown }[]).map((at) => [at.name, at.value]),
    );
    expect(cell.key).toBe(name);
    expect(cell.ResumePoint).toBe('page');
    expect(JSON.parse(String(cell.Checkpoint))).toEqual({ page: 7 });
    const proto = cell.Operation as { value: Buffer };
    expect(decodeOperation(proto.value)).toMatchObject({
      name,
      done: true,
      response: { typeUrl: expect.any(String) },
    });
    await database.close();
  });
});
