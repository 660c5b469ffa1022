import { RequestError } from './errors/request-error.ts';
import type { Execution } from './execution.ts';
import { LIMITS } from './limits.ts';

export interface BacklogOptions {
  /** The largest number of running executions. */
  readonly concurrentExecutions?: number;
  /** The largest number of executions in state QUEUED. */
  readonly backlog?: number;
}

/**
 * Starts executions in the order of the requests, as many at once as the quota allows.
 *
 * Source: https://cloud.google.com/workflows/docs/executing-workflow#manage_execution_backlogging
 */
export class Backlog {
  readonly #quota: number;
  readonly #limit: number;
  readonly #queue: Execution[] = [];
  #active = 0;

  constructor({ concurrentExecutions, backlog }: BacklogOptions) {
    this.#quota = concurrentExecutions ?? LIMITS.concurrentExecutions;
    this.#limit = backlog ?? LIMITS.backlog;
  }

  /** @throws RequestError RESOURCE_EXHAUSTED if a new execution may neither run nor wait */
  checkRoom(mustNotWait: boolean): void {
    if (this.#active < this.#quota) return;
    if (!mustNotWait && this.#queue.length < this.#limit) return;
    const why = mustNotWait ? 'the request does not wait in the backlog' : 'the backlog is full';
    throw new RequestError(
      'RESOURCE_EXHAUSTED',
      `quota of ${this.#quota} concurrent executions is used up, and ${why}`,
    );
  }

  add(execution: Execution): void {
    this.#queue.push(execution);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#active < this.#quota) {
      const execution = this.#queue.shift();
      if (execution === undefined) return;
      this.#active++;
      execution.start();
      execution.done.then(() => {
        this.#active--;
        this.#startNext();
      });
    }
  }
}
