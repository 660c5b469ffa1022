import { type Executor, RequestError } from '../../executor/index.ts';
import type { OpenWait } from '../../shared/lifecycle/wait.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { WorkflowLauncher } from '../../shared/orchestrator/ports/launcher.ts';
import { executionLabels, type WorkflowTarget, workflowArguments } from '../../shared/workflows/arguments.ts';
import { PARALLEL_POLL } from '../parallel-poll.ts';

/**
 * Launches the workflow in the executor of this process. `target` is a function because the URL is known only after the
 * server listens.
 */
export function executorLauncher(executor: Executor, target: () => WorkflowTarget): WorkflowLauncher {
  return {
    async launch(wait: OpenWait, method: string): Promise<string> {
      const argument = JSON.stringify(workflowArguments(wait, method, target()));
      try {
        const request = {
          argument,
          labels: executionLabels(wait),
          disableConcurrencyQuotaOverflowBuffering: true,
        };
        return executor.createExecution(PARALLEL_POLL, request).name;
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        if (error.status === 'RESOURCE_EXHAUSTED') throw new Failure('exhausted', error.message);
        throw new Failure('unavailable', `launching ${PARALLEL_POLL}: ${error.message}`, { cause: error });
      }
    },
    async isRunning(execution: string): Promise<boolean> {
      const state = executor.execution(execution)?.state;
      return state === 'ACTIVE' || state === 'QUEUED';
    },
    async stop(execution: string): Promise<void> {
      executor.cancel(execution);
    },
    async close(): Promise<void> {},
  };
}
