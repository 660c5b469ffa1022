import type { OpenWait } from '../../lifecycle/wait.ts';

/** Starts and stops the workflow that holds a wait's timers. */
export interface WorkflowLauncher {
  /**
   * Starts one; the name of the execution. Not idempotent: a repeat starts another, which finds its wait ended. Rejects
   * with a Failure of the kind `exhausted` where the quota of concurrent executions is used up.
   */
  launch(wait: OpenWait, method: string): Promise<string>;
  /** Whether the execution still runs; false as well where it is not known any more. */
  isRunning(execution: string): Promise<boolean>;
  /** Stops one; fine where it has ended already. */
  stop(execution: string): Promise<void>;
  close(): Promise<void>;
}
