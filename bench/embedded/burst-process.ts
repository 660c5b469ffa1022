/**
 * Publishes a number of events at once to the embedded system with its data on disk. Measures the time until the last operation is
 * durably complete, the latency of GetOperation meanwhile, and the largest memory of the process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readCompletion } from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { sendResult } from '../fresh-process.ts';
import { onDurableSystem } from './workload.ts';

export interface BurstFigures {
  readonly drainSeconds: number;
  readonly processorSeconds: number;
  /** The latency of GetOperation over HTTP during the burst, in milliseconds. */
  readonly getMs: readonly number[];
  readonly memoryMb: number;
}

/** The pause between two calls of GetOperation, in milliseconds. */
const GET_PAUSE_MS = 20;
const SAMPLE_MS = 25;
/** The number of operations that are published in one turn of the event loop. */
const PUBLISHED_A_TURN = 500;

const [operations = 0] = process.argv.slice(2).map(Number);
sendResult(await onDurableSystem(burst));

async function burst(system: Parameters<Parameters<typeof onDurableSystem>[0]>[0]): Promise<BurstFigures> {
  const { lifecycle, operationsUrl } = system;
  const known = lifecycle.operation('operations/known');
  await known.create({ method: 'bench.Known' });
  // The first call of a process also loads the HTTP client, so it is made before the burst.
  await (await fetch(`${operationsUrl}/v1/operations/known`)).arrayBuffer();
  let memoryMb = 0;
  const sampler = setInterval(() => {
    memoryMb = Math.max(memoryMb, process.memoryUsage.rss() / 1e6);
  }, SAMPLE_MS);
  let left = operations;
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const seen = new Set<string>();
  const subscriber = await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    const { operation } = readCompletion(message);
    if (seen.has(operation)) return;
    seen.add(operation);
    if (--left === 0) finish();
  });

  const getMs: number[] = [];
  let isOver = false;
  const getting = (async () => {
    while (!isOver) {
      const begin = performance.now();
      const response = await fetch(`${operationsUrl}/v1/operations/known`);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`GetOperation answered ${response.status}`);
      getMs.push(performance.now() - begin);
      await sleep(GET_PAUSE_MS);
    }
  })();

  const processor = process.cpuUsage();
  const begin = performance.now();
  const published: Promise<unknown>[] = [];
  for (let index = 0; index < operations; index++) {
    const operation = lifecycle.operation(`operations/burst-${index}`);
    published.push(operation.create({ method: 'bench.Burst' }), operation.succeed({ value: index }));
    // The publisher runs in the same process, so it yields between its turns. Otherwise it would delay every answer.
    if (index % PUBLISHED_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(published);
  await finished;
  const drainSeconds = (performance.now() - begin) / 1_000;
  const { user, system: kernel } = process.cpuUsage(processor);
  isOver = true;
  await getting;
  clearInterval(sampler);
  await subscriber.stop();
  return { drainSeconds, processorSeconds: (user + kernel) / 1e6, getMs, memoryMb: Math.round(memoryMb) };
}
