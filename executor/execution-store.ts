import type { Execution, ExecutionState } from './execution.ts';

/** The executions to list. All conditions have to be true. */
export interface ExecutionFilter {
  /** The workflow of the executions. */
  readonly workflowId?: string;
  /** The state of the executions. */
  readonly state?: ExecutionState;
  /** Labels, with their values, that the executions must have. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The limits for ended executions, mainly for the memory of their steps. Above a limit, the oldest executions are dropped. */
const KEPT = { executions: 1000, steps: 1_000_000 };

/** The executions of an executor, in the order of creation. */
export class ExecutionStore {
  readonly #executions = new Map<string, Execution>();
  #endedSteps = 0;

  add(execution: Execution): void {
    this.#executions.set(execution.id, execution);
    execution.done.then(() => {
      this.#endedSteps += execution.history.length;
      this.#forgetOldest();
    });
  }

  get(id: string): Execution | undefined {
    return this.#executions.get(id);
  }

  all(): readonly Execution[] {
    return [...this.#executions.values()];
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

  #forgetOldest(): void {
    for (const [id, execution] of this.#executions) {
      if (this.#executions.size <= KEPT.executions && this.#endedSteps <= KEPT.steps) return;
      if (execution.endTime === undefined) continue;
      this.#executions.delete(id);
      this.#endedSteps -= execution.history.length;
    }
  }
}
