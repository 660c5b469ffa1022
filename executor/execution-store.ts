import type { DurableStore } from './durable/durable-store.ts';
import type { Execution, ExecutionState } from './execution.ts';
import { LIMITS } from './limits.ts';

/** The executions to list. All conditions have to be true. */
export interface ExecutionFilter {
  /** The workflow of the executions. */
  readonly workflowId?: string;
  /** The state of the executions. */
  readonly state?: ExecutionState;
  /** Labels, with their values, that the executions must have. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The limits for ended executions in memory, mainly for the memory of their steps. The oldest go first. */
const IN_MEMORY = { executions: 1000, steps: 1_000_000 };

/** Executions that one call deletes, so that a call takes little time after a long pause. */
const DELETED_AT_ONCE = 100;

/**
 * The executions of an executor, in the order of creation. An execution is kept for 90 days after its end, as by Google. Without a
 * durable store, and so without files, the limits of memory may drop it earlier.
 */
export class ExecutionStore {
  readonly #executions = new Map<string, Execution>();
  /** In the order of their ends. The first `#released` are not in memory as a whole. */
  readonly #ended: Execution[] = [];
  readonly #durable: DurableStore | undefined;
  readonly #now: () => number;
  readonly #unsaved = new Set<Execution>();
  #released = 0;
  #steps = 0;

  constructor(durable: DurableStore | undefined, now: () => number) {
    this.#durable = durable;
    this.#now = now;
  }

  add(execution: Execution): void {
    this.#executions.set(execution.id, execution);
    execution.done.then(() => this.#noteEnd(execution));
  }

  /** Notes that the durable store does not have the end of an execution. */
  keepInMemory(execution: Execution): void {
    this.#unsaved.add(execution);
  }

  /** Returns undefined if there is no such execution, or if it ended more than 90 days ago. */
  get(id: string): Execution | undefined {
    this.#deleteExpired();
    const execution = this.#executions.get(id);
    return execution === undefined || this.#isExpired(execution) ? undefined : execution;
  }

  all(): readonly Execution[] {
    this.#deleteExpired();
    return [...this.#executions.values()].filter((execution) => !this.#isExpired(execution));
  }

  /** The newest first. */
  find({ workflowId, state, labels = {} }: ExecutionFilter): readonly Execution[] {
    return this.all()
      .filter(
        (execution) =>
          (workflowId === undefined || execution.workflowId === workflowId) &&
          (state === undefined || execution.state === state) &&
          Object.entries(labels).every(
            ([key, value]) => Object.hasOwn(execution.labels, key) && execution.labels[key] === value,
          ),
      )
      .reverse();
  }

  /** Cancels and deletes the executions of a workflow that have not ended. */
  deleteRunning(workflowId: string): void {
    for (const execution of this.find({ workflowId })) {
      if (execution.endTime !== undefined) continue;
      this.#executions.delete(execution.id);
      execution.cancel();
      // After its last step, which may write to its file.
      execution.stopped().then(() => this.#deleteFile(execution));
    }
  }

  #noteEnd(execution: Execution): void {
    if (!this.#executions.has(execution.id)) return;
    let at = this.#ended.length;
    while (at > 0 && endOf(this.#ended[at - 1]) > endOf(execution)) at--;
    this.#ended.splice(at, 0, execution);
    this.#steps += execution.history.length;
    // It ended before those that are released: a clock that was set back, or the order of the files.
    if (at < this.#released) this.#release(execution);
    while (this.#ended.length - this.#released > IN_MEMORY.executions || this.#steps > IN_MEMORY.steps) {
      const oldest = this.#ended[this.#released];
      if (oldest === undefined) break;
      if (this.#durable === undefined) this.#forget(oldest);
      else this.#release(oldest);
    }
    this.#deleteExpired();
  }

  /** Leaves of the oldest execution in memory what a list shows, and the rest to its file. */
  #release(execution: Execution): void {
    this.#released++;
    this.#steps -= execution.history.length;
    if (!this.#unsaved.has(execution)) execution.release(() => this.#durable?.ended(execution.id));
  }

  #deleteExpired(): void {
    for (let count = 0; count < DELETED_AT_ONCE; count++) {
      const [oldest] = this.#ended;
      if (oldest === undefined || !this.#isExpired(oldest)) return;
      this.#forget(oldest);
      this.#deleteFile(oldest);
    }
  }

  #deleteFile({ id, name }: Execution): void {
    try {
      this.#durable?.deleteExecution(id);
    } catch (error) {
      // The next start finds the file, and tries again.
      process.emitWarning(`the file of ${name} is not deleted: ${error}`);
    }
  }

  /** Removes the oldest of the ended executions. */
  #forget(oldest: Execution): void {
    this.#ended.shift();
    if (this.#released > 0) this.#released--;
    else this.#steps -= oldest.history.length;
    this.#executions.delete(oldest.id);
    this.#unsaved.delete(oldest);
  }

  #isExpired(execution: Execution): boolean {
    return isPastRetention(endOf(execution), this.#now());
  }
}

/** Whether an execution that ended at a time is no longer kept. Times are milliseconds since the epoch. */
export function isPastRetention(endTime: number, now: number): boolean {
  return endTime + LIMITS.executionRetentionMs <= now;
}

/** Milliseconds since the epoch; infinity while the execution runs. */
function endOf(execution: Execution | undefined): number {
  return execution?.endTime ?? Number.POSITIVE_INFINITY;
}
