/**
 * The fan-out workloads of the other engines on the embedded system, durable at each acknowledged event: P parents with C
 * children each, all created at once; each child completes at once with a small result; the parent waits for all of
 * them and completes.
 */

import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import type { LocalSystem } from '../../local/system.ts';
import { readCompletion, readSignal } from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { withFolder } from './scratch.ts';

export interface Workload {
  readonly parents: number;
  readonly children: number;
}

/** Runs `use` on a system with its data on disk, opened by `connect`. */
export function onDurableSystem<T>(
  use: (system: LocalSystem) => Promise<T>,
  connect: typeof openDatabase = openDatabase,
): Promise<T> {
  return withFolder(async (data) => {
    const system = await startEmbeddedSystem({ push: true, data, logLevel: 'error', connect });
    try {
      return await use(system);
    } finally {
      await system.stop();
    }
  });
}

/** Operations a second, from the first create to the last durable completion of a parent. */
export async function throughput(
  system: LocalSystem,
  { parents, children }: Workload,
  run: string,
): Promise<number> {
  const names = Array.from({ length: parents }, (_, index) => `operations/${run}-${index}`);
  const open = new Set(names);
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const worker = await system.follow(DEFAULT_TOPICS.signals, async (message) => {
    const { operation, children: outcomes } = readSignal(message);
    await system.lifecycle.operation(operation).succeed({ sum: outcomes.counts.SUCCEEDED });
  });
  const subscriber = await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    if (open.delete(readCompletion(message).operation) && open.size === 0) finish();
  });
  const start = performance.now();
  await Promise.all(names.map((name) => play(system, name, children)));
  await finished;
  const seconds = (performance.now() - start) / 1000;
  await Promise.all([worker.stop(), subscriber.stop()]);
  return (parents * (children + 1)) / seconds;
}

async function play({ lifecycle }: LocalSystem, name: string, count: number): Promise<void> {
  const parent = lifecycle.operation(name);
  if (count === 0) {
    await Promise.all([parent.create({ method: 'bench.Parent' }), parent.succeed({ sum: 0 })]);
    return;
  }
  const children = Array.from({ length: count }, (_, index) => lifecycle.operation(`${name}-${index}`));
  await Promise.all([
    parent.create({ method: 'bench.Parent' }),
    parent.wait({ children: children.map((child) => child.name) }),
    ...children.map(async (child, index) => {
      await child.create({ method: 'bench.Child', parent: name });
      await child.succeed({ value: index });
    }),
  ]);
}
