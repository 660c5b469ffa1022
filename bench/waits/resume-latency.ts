/**
 * Measures the time from the last child's event to the resume of its parent: by push on both local systems in real time, and by a
 * workflow that polls every child, on virtual time.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Executor, VirtualClock } from '../../executor/index.ts';
import { startSystem } from '../../local/start-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { readSignal } from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { printTable, quantile } from '../table.ts';
import { serveChildren } from './children-service.ts';

const CHILDREN = 20;
const FILE = new URL('./poll-each-child.yaml', import.meta.url);

export async function run(): Promise<void> {
  const rows = [
    row('push, embedded', await pushLatencies(false, 100)),
    row('push, on the emulators', await pushLatencies(true, 40)),
    row('polling each child every 3 s', await pollLatencies(3, 100)),
    row('polling each child every 10 s', await pollLatencies(10, 100)),
  ];
  printTable(['resume of a parent of 20', 'p50', 'p99'], rows);
}

function row(name: string, latencies: readonly number[]): string[] {
  return [name, ...[0.5, 0.99].map((at) => `${quantile(latencies, at).toFixed(1)} ms`)];
}

async function pushLatencies(emulators: boolean, parents: number): Promise<number[]> {
  const system = await startSystem({ emulators, push: true, logLevel: 'error' });
  try {
    return await resumeOneByOne(system, parents);
  } finally {
    await system.stop();
  }
}

/** One parent at a time, so that no other work waits. */
export async function resumeOneByOne(system: LocalSystem, parents: number): Promise<number[]> {
  const latencies: number[] = [];
  let resumed: () => void = () => {};
  const worker = await system.follow(DEFAULT_TOPICS.signals, async (message) => {
    if (readSignal(message).kind === 'RESUME') resumed();
  });
  for (let index = 0; index < parents; index++) {
    const name = `operations/idle-${index}`;
    const children = Array.from({ length: CHILDREN }, (_, child) =>
      system.lifecycle.operation(`${name}-${child}`),
    );
    await system.lifecycle.operation(name).wait({ children: children.map((child) => child.name) });
    const [last, ...others] = children;
    await Promise.all(others.map((child) => child.succeed()));
    await onlyOneIsPending(system, name);
    const signal = new Promise<void>((resolve) => {
      resumed = resolve;
    });
    // Before the event is published: the embedded system answers the publisher and delivers the signal at the same moment.
    const start = performance.now();
    const published = last?.succeed();
    await signal;
    latencies.push(performance.now() - start);
    await published;
  }
  await worker.stop();
  return latencies;
}

async function onlyOneIsPending({ operationsUrl }: LocalSystem, name: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${operationsUrl}/v1/${name}:inspect`);
    const { waits } = (await response.json()) as { waits?: { children: { counts: { PENDING?: number } } }[] };
    if (waits?.[0]?.children.counts.PENDING === 1) break;
    await sleep(5);
  }
  // Waits until the effects of the last parent are delivered too.
  await sleep(30);
}

/** Children end at random times within 30 s. The workflow continues when it has seen the end of all. */
async function pollLatencies(pollFrequency: number, samples: number): Promise<number[]> {
  const clock = new VirtualClock();
  const executor = new Executor({ clock });
  executor.deploy('poll-each-child', await readFile(FILE, 'utf8'));
  let doneAt = 0;
  const server = await serveChildren(clock, () => doneAt);
  const latencies: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    doneAt = clock.now() + Math.random() * 30_000;
    const operations = Array.from({ length: CHILDREN }, (_, index) => `operations/child-${index}`);
    await executor.run('poll-each-child', {
      argument: JSON.stringify({ operations, endpoint: server.url, pollFrequency }),
    });
    latencies.push(clock.now() - doneAt);
  }
  await executor.close();
  await server.stop();
  return latencies;
}
