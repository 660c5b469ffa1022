/** One kind of due work in one run of `sweep`: read and done a batch at a time. */
import pMap, { pMapSkip } from 'p-map';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Orchestrator } from './orchestrator.ts';

/** The number of batches of each kind of work in one run, so that the run ends within the function's time limit. */
export const MAX_BATCHES = 20;
const CONCURRENCY = { concurrency: 16 };

export interface DueKind<T, R> {
  read(time: number): Promise<readonly T[]>;
  operationOf(item: T): OperationName;
  work(item: T): Promise<R>;
}

/** What the batches have done so far, also if a later one cannot be read. */
export class DueBatches<T, R> {
  readonly done: R[] = [];
  /** Operations whose work failed. They are not tried again in this run, and hold up none of the later batches. */
  readonly failed = new Set<OperationName>();
  readonly #kind: DueKind<T, R>;

  constructor(kind: DueKind<T, R>) {
    this.#kind = kind;
  }

  /** Ends when nothing is left except what has failed, and begins nothing after `stopTime`. */
  async workOff(orchestrator: Orchestrator, stopTime: number): Promise<void> {
    const { now } = orchestrator;
    for (let batch = 0; batch < MAX_BATCHES && now() < stopTime; batch++) {
      const due = await this.#kind.read(now());
      const untried = due.filter((item) => !this.failed.has(this.#kind.operationOf(item)));
      if (untried.length === 0) return;
      const done = await pMap(
        untried,
        (item) => (now() < stopTime ? this.#try(orchestrator, item) : pMapSkip),
        CONCURRENCY,
      );
      this.done.push(...done);
    }
  }

  /** One failure must not hold up the others. The next run finds it again. */
  async #try({ log }: Orchestrator, item: T): Promise<R | typeof pMapSkip> {
    const operation = this.#kind.operationOf(item);
    try {
      return await this.#kind.work(item);
    } catch (err) {
      log.warn({ operation, err }, 'sweep could not finish one of its operations');
      this.failed.add(operation);
      return pMapSkip;
    }
  }
}
