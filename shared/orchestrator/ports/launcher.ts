import type { OpenWait } from '../../lifecycle/wait.ts';

/** Starts and stops the workflow that holds a wait's timers. */
export interface WorkflowLauncher {
  /** Starts one; the name of the execution. Not idempotent: a repeat starts another, which finds its wait ended. */
  launch(wait: OpenWait, method: string): Promise<string>;
  /** Stops one; fine where it has ended already. */
  stop(execution: string): Promise<void>;
  close(): Promise<void>;
}
