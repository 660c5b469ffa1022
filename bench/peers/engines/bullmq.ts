/**
 * BullMQ: a flow of a parent and its children. The parent's job waits in Redis until its last child has completed, and is
 * run once then; it reads the results by `getChildrenValues`.
 */
import type { Engine } from '../engine.ts';
import { packageVersion } from '../package-version.ts';
import { peerPackage } from '../peer-package.ts';
import type { Recorder } from '../recorder.ts';

interface Job {
  readonly data: { readonly id: string; readonly parent: string; readonly value: number };
  getChildrenValues(): Promise<Readonly<Record<string, { readonly value: number }>>>;
}

interface Closable {
  waitUntilReady?(): Promise<unknown>;
  close(): Promise<unknown>;
}

interface Worker extends Closable {
  on(event: 'completed', listener: (job: Job) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

interface BullMq {
  readonly FlowProducer: new (options: object) => Closable & { add(flow: object): Promise<unknown> };
  readonly Queue: new (
    name: string,
    options: object,
  ) => Closable & { add(name: string, data: object): Promise<unknown> };
  readonly Worker: new (queue: string, process: (job: Job) => Promise<object>, options: object) => Worker;
}

/** The number of jobs that each worker runs at once. */
const CONCURRENCY = 50;

export async function startEngine(recorder: Recorder, port: string): Promise<Engine> {
  const bullmq = await peerPackage<BullMq>('bullmq');
  const connection = { host: '127.0.0.1', port: Number(port) };
  const flows = new bullmq.FlowProducer({ connection });
  const singles = new bullmq.Queue('singles', { connection });
  const worker = (queue: string, process: (job: Job) => Promise<object>) => {
    const created = new bullmq.Worker(queue, process, { connection, concurrency: CONCURRENCY });
    created.on('error', (error) => console.error(queue, error.message));
    return created;
  };
  const children = worker('children', async ({ data: { parent, value } }) => {
    recorder.childDone(parent);
    return { value };
  });
  const parents = worker('parents', async (job) => {
    recorder.resumed(job.data.id);
    let sum = 0;
    for (const { value } of Object.values(await job.getChildrenValues())) sum += value;
    recorder.summed(job.data.id, sum);
    return { sum };
  });
  const singleWorker = worker('singles', async () => ({ ok: true }));
  // The event is emitted once the state is stored.
  for (const each of [parents, singleWorker]) each.on('completed', ({ data }) => recorder.completed(data.id));
  const parts: readonly Closable[] = [parents, children, singleWorker, flows, singles];
  await Promise.all(parts.map((part) => part.waitUntilReady?.()));

  return {
    versions: { bullmq: packageVersion('bullmq') },
    createParent: (id, count) =>
      flows.add({
        name: 'parent',
        queueName: 'parents',
        data: { id },
        children: Array.from({ length: count }, (_, value) => ({
          name: 'child',
          queueName: 'children',
          data: { parent: id, value },
        })),
      }),
    createSingle: (id) => singles.add('single', { id }),
    completed: (ids) => recorder.allCompleted(ids),
    close: () => Promise.all(parts.map((part) => part.close())),
  };
}
