/**
 * Compares the durable bus of one process with its floor: the same rows as bare transactions of the same library. Both run in
 * short turns, because the other load of the disk changes within seconds by more than the two differ. The medians are compared.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Bus } from '../../local/bus/bus.ts';
import { ensureTopology } from '../../local/bus/ensure-topology.ts';
import { SqliteStorage } from '../../local/bus/sqlite/sqlite-storage.ts';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import { LIFECYCLE_SUBSCRIPTION, localTopology } from '../../shared/pubsub/topology.ts';
import { DATA, floorRate, openFloor } from './floor.ts';

export interface BusResult {
  readonly name: string;
  readonly bus: number;
  readonly floor: number;
  readonly unit: 'messages/s' | 'ms';
}

const ROUNDS = 9;
const IDLE_MESSAGES = 200;
/** The pause between messages, in milliseconds: long enough for all work of the previous message to end. */
const PAUSE = 10;

/** The number of concurrent publishers, each of which waits until its message is accepted, and the number of all messages. */
const LOADS = [
  { publishers: 1, messages: 300 },
  { publishers: 20, messages: 4_000 },
  { publishers: 500, messages: 20_000 },
];

/** Measures, and prints a line for each result. */
export async function run(): Promise<readonly BusResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bus-bench-'));
  let files = 0;
  const file = () => join(folder, `${files++}.db`);
  const results: BusResult[] = [];
  for (const { publishers, messages } of LOADS) {
    const bus: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      bus.push(await busRate(file(), messages, publishers));
      floor.push(floorRate(file(), messages, publishers));
    }
    const name = `publish to handler, ${publishers} publisher${publishers > 1 ? 's' : ''}`;
    results.push({ name, bus: median(bus), floor: median(floor), unit: 'messages/s' });
  }
  const { bus, floor } = await latencies(file(), file());
  for (const [name, at] of [
    ['idle: publish until the handler has it, p50', 0.5],
    ['idle: publish until the handler has it, p95', 0.95],
  ] as const) {
    results.push({ name, bus: quantile(bus, at), floor: quantile(floor, at), unit: 'ms' });
  }
  await rm(folder, { recursive: true });
  for (const result of results) console.log(describe(result));
  return results;
}

async function openBus(file: string): Promise<{ bus: Bus; topic: string; close: () => Promise<void> }> {
  const connection = openThreadedConnection(file);
  const bus = new Bus({ storage: new SqliteStorage(connection, new CommitQueue(connection)) });
  const topology = localTopology();
  await ensureTopology(bus.registry, topology);
  return {
    bus,
    topic: topology.push[0]?.topic ?? '',
    close: async () => {
      await bus.close();
      connection.close();
    },
  };
}

async function busRate(file: string, messages: number, publishers: number): Promise<number> {
  const { bus, topic, close } = await openBus(file);
  let left = messages;
  const handled = new Promise<void>((resolve) => {
    bus.consume(LIFECYCLE_SUBSCRIPTION, async () => {
      if (--left === 0) resolve();
    });
  });
  let unpublished = messages;
  const publish = async () => {
    while (unpublished-- > 0) await bus.publish(topic, [{ data: DATA, attributes: {} }]);
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: publishers }, publish));
  await handled;
  const elapsed = performance.now() - begin;
  await close();
  return (messages / elapsed) * 1_000;
}

/** Latencies of single messages on an idle bus, and of single commits, in turns. */
async function latencies(busFile: string, floorFile: string): Promise<{ bus: number[]; floor: number[] }> {
  const { bus, topic, close } = await openBus(busFile);
  const floor = openFloor(floorFile);
  const measured = { bus: [] as number[], floor: [] as number[] };
  let begin = 0;
  bus.consume(LIFECYCLE_SUBSCRIPTION, async () => {
    measured.bus.push(performance.now() - begin);
  });
  while (measured.bus.length < IDLE_MESSAGES) {
    await sleep(PAUSE);
    begin = performance.now();
    await bus.publish(topic, [{ data: DATA, attributes: {} }]);
    await sleep(PAUSE);
    measured.floor.push(floor.commit());
  }
  floor.close();
  await close();
  return measured;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(at * (sorted.length - 1))] ?? Number.NaN;
}

function describe({ name, bus, floor, unit }: BusResult): string {
  const digits = unit === 'ms' ? 2 : 0;
  const ratio = (bus / floor).toFixed(2);
  return `${name}: ${bus.toFixed(digits)} ${unit}, ${ratio} times the floor (${floor.toFixed(digits)})`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
