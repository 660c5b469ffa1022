import type { Execution, ExecutionState } from './execution.ts';

/** Which executions to list; all conditions hold together. */
export interface ExecutionFilter {
  /** The workflow that they run. */
  readonly workflowId?: string;
  /** Where they stand. */
  readonly state?: ExecutionState;
  /** Labels that the execution must have with these values. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What is kept of executions that have ended; beyond, the oldest are forgotten. Steps are what takes memory. */
const KEPT = { executions: 1000, steps: 1_000_000 };

/** The executions of an executor, in the order they were created. */
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
