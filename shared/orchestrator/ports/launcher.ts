import type { OpenWait } from '../../lifecycle/wait.ts';

/** The port that starts and stops the workflow of a wait. */
export interface WorkflowLauncher {
  /**
   * Starts an execution and returns its name. Not idempotent: a repeat starts another execution. Each execution
   * of a wait polls until it learns that the wait has ended. Rejects with a Failure of the kind `exhausted` if the quota of
   * concurrent executions is used up.
   */
  launch(wait: OpenWait, method: string): Promise<string>;
  /** Whether the execution still runs. False also if it is no longer known. */
  isRunning(execution: string): Promise<boolean>;
  /** Stops an execution. Succeeds if it has ended already. */
  stop(execution: string): Promise<void>;
  close(): Promise<void>;
}
