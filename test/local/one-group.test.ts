/** Events and calls about the same operations that the embedded system decides in one group, whose commit may fail. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import { seeded } from '../../testing/explore/seeded.ts';
import { until } from '../setup/until.ts';

let data = '';
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'lro-group-'));
});
afterEach(() => rm(data, { recursive: true }));

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

const SEEDS = Number(process.env.SEEDS ?? 6);

it.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
  'end as one of them says, in every order, and stay deleted (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    let failing = 0;
    const connect = (file: string | undefined): Connection => {
      const connection = openDatabase(file);
      return {
        ...connection,
        commit: () => {
          if (failing > 0 && random() < 0.5) {
            failing -= 1;
            throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
          }
          connection.commit();
        },
      };
    };
    const system = await startEmbeddedSystem({ push: true, data, logLevel: 'silent', connect });
    let number = 0;
    const event = (id: string, fields: object) => {
      const message = { operation: `operations/${id}`, eventId: `e-${++number}`, ...fields };
      return () =>
        until('the publish', () =>
          system.publish(Buffer.from(JSON.stringify(message))).then(
            () => true,
            () => false,
          ),
        );
    };
    const call = async (
      method: string,
      path: string,
    ): Promise<{ status: number; body: { done?: boolean } }> => {
      const response = await fetch(`${system.url}/v1/operations/${path}`, { method });
      return { status: response.status, body: (await response.json()) as { done?: boolean } };
    };
    const repeated = (method: string, path: string) => () =>
      until(path, async () => (await call(method, path)).status < 500);

    failing = 2;
    const steps = [
      // The end, and the wait of the parent, may come before what they are about.
      event('parent', { created: { method: 'test.Parent' } }),
      event('parent', { waiting: { childOperations: ['operations/child'] } }),
      event('child', { created: { method: 'test.Child', parent: 'operations/parent' } }),
      event('child', { succeeded: {} }),
      event('stopped', { created: { method: 'test.Stopped' } }),
      event('stopped', { succeeded: {} }),
      repeated('POST', 'stopped:cancel'),
    ];
    await Promise.all(shuffled(steps, random).map((step) => step()));
    for (const id of ['child', 'stopped']) {
      await until(id, async () => (await call('GET', id)).body.done === true);
    }
    await until('the resume of the parent', async () => {
      const response = await fetch(`${system.url}/v1/operations/parent:inspect`);
      const text = await response.text();
      return text.includes('"RUNNING"') && !text.includes('"WAITING"');
    });
    failing = 2;
    const deletion = [
      repeated('DELETE', 'stopped'),
      event('stopped', { progressed: { metadata: { percent: 1 } } }),
      event('stopped', { failed: { error: { code: 13, message: 'late' } } }),
      repeated('POST', 'child:erase'),
      event('child', { progressed: { metadata: { percent: 2 } } }),
    ];
    await Promise.all(shuffled(deletion, random).map((step) => step()));
    failing = 0;
    await event('last', { created: { method: 'test.Last' } })();
    await until('the last event', async () => (await call('GET', 'last')).status === 200);
    expect([(await call('GET', 'stopped')).status, (await call('GET', 'child')).status]).toEqual([404, 404]);
    await system.stop();
    const connection = openDatabase(join(data, 'lro.db'));
    const twice = connection
      .query<[string]>('SELECT event_id FROM history GROUP BY operation, event_id HAVING COUNT(*) > 1')
      .all([]);
    expect(twice).toEqual([]);
    connection.close();
  },
  60_000,
);
