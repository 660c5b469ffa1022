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

const PREFIX = 'operations/burst-';

/** Resolves once it has counted to its end. */
class Countdown {
  readonly over: Promise<void>;
  #left: number;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(left: number) {
    this.#left = left;
    this.over = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  readonly count = (): void => {
    if (--this.#left === 0) this.#resolve();
  };

  readonly fail = (error: unknown): void => this.#reject(error);
}

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
  // Counts and bits: lists of promises and names would be a part of the memory that is measured.
  const published = new Countdown(operations * 2);
  const completed = new Countdown(operations);
  const seen = new Uint8Array(operations);
  const subscriber = await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    const index = Number(readCompletion(message).operation.slice(PREFIX.length));
    if (seen[index]) return;
    seen[index] = 1;
    completed.count();
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
  for (let index = 0; index < operations; index++) {
    const operation = lifecycle.operation(`${PREFIX}${index}`);
    operation.create({ method: 'bench.Burst' }).then(published.count, published.fail);
    operation.succeed({ value: index }).then(published.count, published.fail);
    // The publisher runs in the same process, so it yields between its turns. Otherwise it would delay every answer.
    if (index % PUBLISHED_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await published.over;
  await completed.over;
  const drainSeconds = (performance.now() - begin) / 1_000;
  const { user, system: kernel } = process.cpuUsage(processor);
  isOver = true;
  await getting;
  clearInterval(sampler);
  await subscriber.stop();
  return { drainSeconds, processorSeconds: (user + kernel) / 1e6, getMs, memoryMb: Math.round(memoryMb) };
}
