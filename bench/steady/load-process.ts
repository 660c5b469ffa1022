/**
 * Loads a server for a time: first as fast as it can, to measure its maximum, then at a share of it, with parents created at equal
 * intervals, whether the ones before have ended or not. Prints a line for each minute.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createOperations } from '../../shared/client/create-operations.ts';
import { serve } from '../../shared/worker/serve.ts';
import { sendResult } from '../fresh-process.ts';
import { followCompletions } from '../peers/engines/followed-completions.ts';
import { quantile } from '../table.ts';
import { type Footprint, footprint } from './footprint.ts';
import { OPERATIONS, parent, workers } from './work.ts';

/** What was seen in one minute. */
export interface Minute extends Footprint {
  /** Operations that completed, a second. */
  readonly rate: number;
  /** From the call that creates a parent until its completion arrives, and of a GetOperation: milliseconds. */
  readonly completeMs: { readonly p50: number; readonly p99: number };
  readonly getMs: { readonly p50: number; readonly p99: number };
}

export interface SteadyFigures {
  /** Operations a second that the server completes at most. */
  readonly maximum: number;
  readonly minutes: readonly Minute[];
  readonly created: number;
  readonly completed: number;
}

const WARM_MS = 20_000;
const MEASURED_MS = 20_000;
const PARENTS_AT_MAXIMUM = 50;
const TICK_MS = 20;
const GET_PAUSE_MS = 100;
const MINUTE_MS = 60_000;
const PATIENCE_MS = 60_000;

/** Parents that are under way, and the times that those took which have completed. */
class Parents {
  readonly #begun = new Map<string, number>();
  #tookMs: number[] = [];
  created = 0;
  completed = 0;
  /** Called when a parent has completed. */
  onCompleted: () => void = () => {};

  get open(): number {
    return this.#begun.size;
  }

  async create(): Promise<void> {
    const id = `steady-${++this.created}`;
    this.#begun.set(`operations/${id}`, performance.now());
    await lro.create(parent, {}, { operationId: id });
  }

  readonly end = (operation: string): void => {
    const begun = this.#begun.get(operation);
    // A child, or a completion that comes again.
    if (begun === undefined) return;
    this.#begun.delete(operation);
    this.#tookMs.push(performance.now() - begun);
    this.completed++;
    this.onCompleted();
  };

  /** Returns the times since the call before. */
  takeTimes(): number[] {
    const times = this.#tookMs;
    this.#tookMs = [];
    return times;
  }
}

const [url = '', pid = '', folder = '', minutes = '', share = ''] = process.argv.slice(2);
const lro = createOperations({ url });
const parents = new Parents();
const serving = await serve(workers, { url, handleSignals: false });
const stopCompletions = await followCompletions(url, parents.end);
const maximum = await measureMaximum();
console.log(`at most ${Math.round(maximum)} operations/s; ${minutes} minutes at ${share} of that`);
const seen = await runSteadily((maximum * Number(share)) / OPERATIONS / 1_000, Number(minutes));
await untilNoneOpen();
await serving.stop();
await stopCompletions();
sendResult({ maximum, minutes: seen, created: parents.created, completed: parents.completed });

/** Operations a second with a fixed number of parents under way. */
async function measureMaximum(): Promise<number> {
  let goesOn = true;
  parents.onCompleted = () => {
    if (goesOn) void parents.create();
  };
  for (let index = 0; index < PARENTS_AT_MAXIMUM; index++) void parents.create();
  await sleep(WARM_MS);
  const [begin, before] = [performance.now(), parents.completed];
  await sleep(MEASURED_MS);
  const rate = ((parents.completed - before) * OPERATIONS * 1_000) / (performance.now() - begin);
  goesOn = false;
  await untilNoneOpen();
  return rate;
}

async function runSteadily(parentsAMs: number, count: number): Promise<Minute[]> {
  const rows: Minute[] = [];
  const getMs: number[] = [];
  parents.takeTimes();
  const [begin, before] = [performance.now(), parents.created];
  const creating = setInterval(() => {
    const due = before + Math.floor((performance.now() - begin) * parentsAMs);
    while (parents.created < due) void parents.create();
  }, TICK_MS);
  const getting = setInterval(async () => {
    const asked = performance.now();
    await lro.get(`operations/steady-${parents.created}`).catch(() => undefined);
    getMs.push(performance.now() - asked);
  }, GET_PAUSE_MS);
  for (let minute = 1; minute <= count; minute++) {
    const completed = parents.completed;
    await sleep(begin + minute * MINUTE_MS - performance.now());
    rows.push({
      ...(await footprint(Number(pid), folder)),
      rate: ((parents.completed - completed) * OPERATIONS * 1_000) / MINUTE_MS,
      completeMs: quantiles(parents.takeTimes()),
      getMs: quantiles(getMs.splice(0)),
    });
    console.log(`minute ${minute}: ${JSON.stringify(rows.at(-1))}, ${parents.open} open`);
  }
  clearInterval(creating);
  clearInterval(getting);
  return rows;
}

function quantiles(values: readonly number[]): { p50: number; p99: number } {
  return { p50: Math.round(quantile(values, 0.5)), p99: Math.round(quantile(values, 0.99)) };
}

async function untilNoneOpen(): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (parents.open > 0 && performance.now() < end) await sleep(50);
}
