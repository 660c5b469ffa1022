/**
 * pg-boss: a flow is children and a job that depends on them, created in one call. Its resolver finds jobs whose dependencies are
 * complete, and workers poll for such jobs. Both run at the shortest interval that pg-boss allows. Children and single jobs are
 * found by LISTEN/NOTIFY.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine.ts';
import { packageVersion } from '../package-version.ts';
import { peerPackage } from '../peer-package.ts';
import type { Recorder } from '../recorder.ts';

interface Job {
  readonly id: string;
  readonly data: { readonly id: string; readonly parent: string; readonly value: number };
}

interface JobResult {
  readonly id: string;
  readonly status: 'completed';
  readonly output: object;
}

interface Boss {
  on(event: 'error', listener: (error: Error) => void): void;
  start(): Promise<unknown>;
  createQueue(name: string, options: object): Promise<unknown>;
  work(queue: string, options: object, handler: (jobs: Job[]) => Promise<JobResult[]>): Promise<unknown>;
  flow(jobs: readonly object[]): Promise<Readonly<Record<string, string>>>;
  send(queue: string, data: object): Promise<string>;
  getDependencies(queue: string, id: string): Promise<readonly { readonly id: string }[]>;
  stop(options: object): Promise<unknown>;
}

interface Pool {
  query<Row>(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>;
  end(): Promise<void>;
}

/** The number of jobs of a queue that run at once. */
const WORK = { localConcurrency: 5, batchSize: 10, burstWhenBatchFull: true, perJobResults: true };
const SHORTEST_POLL_SECONDS = 0.5;
const SHORTEST_FLOW_SECONDS = 1;

export async function startEngine(recorder: Recorder, url: string): Promise<Engine> {
  const { PgBoss } = await peerPackage<{ PgBoss: new (options: object) => Boss }>('pg-boss');
  const { default: pg } = await peerPackage<{ default: { Pool: new (options: object) => Pool } }>('pg');
  const boss = new PgBoss({
    connectionString: url,
    max: 20,
    useListenNotify: true,
    flowIntervalSeconds: SHORTEST_FLOW_SECONDS,
  });
  boss.on('error', (error) => console.error('pg-boss', error.message));
  await boss.start();
  // pg-boss sends no notification for a dependent job, and workers of a queue with notifications poll only every 30 s.
  for (const queue of ['children', 'parents', 'singles']) {
    await boss.createQueue(queue, { notify: queue !== 'parents' });
  }
  const pool = new pg.Pool({ connectionString: url, max: 5 });

  await boss.work('children', WORK, async (jobs) =>
    jobs.map(({ id, data: { parent, value } }) => {
      recorder.childDone(parent);
      return { id, status: 'completed', output: { value } };
    }),
  );
  const parents = { ...WORK, pollingIntervalSeconds: SHORTEST_POLL_SECONDS };
  await boss.work('parents', parents, (jobs) =>
    Promise.all(
      jobs.map(async ({ id, data }) => {
        recorder.resumed(data.id);
        const children = await boss.getDependencies('parents', id);
        const { rows } = await pool.query<{ output: { value: number } }>(
          "SELECT output FROM pgboss.job WHERE name = 'children' AND id = ANY($1)",
          [children.map((child) => child.id)],
        );
        const sum = rows.reduce((total, { output }) => total + output.value, 0);
        recorder.summed(data.id, sum);
        return { id, status: 'completed' as const, output: { sum } };
      }),
    ),
  );
  await boss.work('singles', WORK, async (jobs) =>
    jobs.map(({ id }) => ({ id, status: 'completed', output: { ok: true } })),
  );

  const jobIds = new Map<string, string>();
  return {
    versions: { 'pg-boss': packageVersion('pg-boss') },
    async createParent(id, count) {
      const children = Array.from({ length: count }, (_, value) => ({
        ...{ ref: `child${value}`, name: 'children', data: { parent: id, value } },
      }));
      const dependsOn = children.map(({ ref }) => ref);
      const ids = await boss.flow([...children, { ref: 'parent', name: 'parents', data: { id }, dependsOn }]);
      jobIds.set(id, ids.parent ?? '');
    },
    async createSingle(id) {
      jobIds.set(id, await boss.send('singles', { id }));
    },
    // The rows contain the times, so the queries for them are not measured.
    async completed(ids) {
      for (;;) {
        const { rows } = await pool.query<{ count: number; last: number }>(
          `SELECT count(*)::int AS count, extract(epoch FROM max(completed_on))::float8 * 1000 AS last FROM pgboss.job
           WHERE name IN ('parents', 'singles') AND state = 'completed' AND id = ANY($1)`,
          [ids.map((id) => jobIds.get(id))],
        );
        if (rows[0]?.count === ids.length) return rows[0].last - performance.timeOrigin;
        await sleep(20);
      }
    },
    async close() {
      await boss.stop({ graceful: false, close: true });
      await pool.end();
    },
  };
}
