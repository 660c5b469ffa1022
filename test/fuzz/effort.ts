/** Measures the cost of one input in this process: the time for which it blocks the event loop, and memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** No input may hold the event loop for longer, in milliseconds. */
export const MAX_HELD_MS = 100;
/** No input may take more memory, in bytes, and nothing of it may stay. */
export const MAX_TAKEN_BYTES = 256 * 1024 * 1024;
/** The number of further tries of a slow input, because the machine may be busy, and V8 compiles code after some runs. */
const TRIES = 10;

/** Throws where the input holds the event loop for too long in every try, or takes too much memory. */
export async function withinBounds<Answer>(feed: () => Promise<Answer>): Promise<Answer> {
  const memory = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const answer = await feed();
  const { user, system } = process.cpuUsage(cpu);
  // The event loop was not held for longer than all threads of the process ran.
  if ((user + system) / 1_000 > MAX_HELD_MS) await requireShortTurns(feed);
  if (process.memoryUsage.rss() - memory > MAX_TAKEN_BYTES) await requireLittleMemory(feed);
  return answer;
}

/** Feeds the input again after a garbage collection, because the memory of earlier inputs may have been collected late. */
async function requireLittleMemory(feed: () => Promise<unknown>): Promise<void> {
  liveHeap();
  const memory = process.memoryUsage.rss();
  await feed().catch(() => undefined);
  const taken = process.memoryUsage.rss() - memory;
  if (taken > MAX_TAKEN_BYTES) throw new Error(`took ${Math.round(taken / 2 ** 20)} MiB of memory`);
}

async function requireShortTurns(feed: () => Promise<unknown>): Promise<void> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && shortest > MAX_HELD_MS; tries++) {
    shortest = Math.min(shortest, await longestTurn(feed));
  }
  if (shortest > MAX_HELD_MS) throw new Error(`held the event loop for ${Math.round(shortest)} ms`);
}

async function longestTurn(feed: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let cpu = process.cpuUsage();
  let isOver = false;
  const turn = () => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    // Time in which other processes used the processor does not count.
    longest = Math.max(longest, Math.min(now - last, (user + system) / 1_000));
    last = now;
    cpu = process.cpuUsage();
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await feed().catch(() => undefined);
  isOver = true;
  turn();
  return longest;
}

/** The heap after a collection of garbage, in bytes. */
export function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
