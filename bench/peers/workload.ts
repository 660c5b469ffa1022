import pMap from 'p-map';
import type { Engine } from './engine.ts';
import type { Recorder } from './recorder.ts';

/** The operations of `none` have no children, so they wait for nothing. */
export interface Workload {
  readonly name: string;
  readonly parents: number;
  readonly children: number;
}

export const WORKLOADS: readonly Workload[] = [
  { name: '50x20', parents: 50, children: 20 },
  { name: '1x1000', parents: 1, children: 1_000 },
  { name: '500x2', parents: 500, children: 2 },
  { name: 'none', parents: 1_000, children: 0 },
];

/** One parent at a time, to measure the resume of an idle engine. */
export const IDLE: Workload = { name: 'idle', parents: 20, children: 20 };

/** The warm-up of every engine before the measurement, which creates connections and prepared statements. */
const WARM_UP: readonly Workload[] = [
  { name: 'warm-up', parents: 5, children: 4 },
  { name: 'warm-up', parents: 20, children: 0 },
];

/** The number of concurrent creates of a client. */
const CREATES_IN_FLIGHT = 100;

/** Runs workloads on an engine, and checks their results. */
export class WorkloadRunner {
  readonly #engine: Engine;
  readonly #recorder: Recorder;
  #runs = 0;

  constructor(engine: Engine, recorder: Recorder) {
    this.#engine = engine;
    this.#recorder = recorder;
  }

  async warmUp(): Promise<void> {
    for (const workload of WARM_UP) await this.run(workload);
  }

  /** Operations per second, from the first create until the last operation is durably complete. */
  async run({ parents, children }: Workload): Promise<number> {
    const ids = this.#newIds(parents);
    const start = performance.now();
    await pMap(ids, (id) => this.#create(id, children), { concurrency: CREATES_IN_FLIGHT });
    const end = await this.#completed(ids, children);
    return (parents * (children + 1) * 1_000) / (end - start);
  }

  /** The times from the end of each parent's last child until the code of the parent runs, in milliseconds. */
  async idleResumes({ parents, children }: Workload): Promise<readonly number[]> {
    const before = this.#recorder.resumes.length;
    for (const id of this.#newIds(parents)) {
      await this.#create(id, children);
      await this.#completed([id], children);
    }
    return this.#recorder.resumes.slice(before);
  }

  #newIds(count: number): string[] {
    const run = ++this.#runs;
    return Array.from({ length: count }, (_, index) => `run${run}-${index}`);
  }

  #create(id: string, children: number): Promise<unknown> {
    return children === 0 ? this.#engine.createSingle(id) : this.#engine.createParent(id, children);
  }

  async #completed(ids: readonly string[], children: number): Promise<number> {
    if (children > 0) await this.#recorder.allSummed(ids);
    const end = await this.#engine.completed(ids);
    const sum = (children * (children - 1)) / 2;
    for (const id of ids) {
      const actual = children === 0 ? sum : this.#recorder.sumOf(id);
      if (actual !== sum) throw new Error(`${id} completed with the sum ${actual} instead of ${sum}`);
    }
    return end;
  }
}
