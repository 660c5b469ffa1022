import type { ChildRun } from '../child-run.ts';
import { executionFailed } from '../errors/execution-failed.ts';
import { LIMITS } from '../limits.ts';
import { listArgument, optionalText, textArgument } from './arguments.ts';
import { blocking, type LibraryFunction } from './function.ts';

const RUN: ChildRun = { timeoutMs: LIMITS.nestedExecutionMs, waits: true, failure: executionFailed };

/** `experimental.executions`: other workflows of the same executor, in whatever project and location. */
export const executionFunctions: readonly LibraryFunction[] = [
  blocking(
    'experimental.executions.run',
    ['workflow_id', 'location?', 'project_id?', 'argument?'],
    async ([workflowId, location, project, argument = null], host) => {
      optionalText('location', location);
      optionalText('project_id', project);
      return host.runWorkflow(textArgument('workflow_id', workflowId), argument, RUN);
    },
  ),
  blocking(
    'experimental.executions.map',
    ['workflow_id', 'arguments', 'location?', 'project_id?'],
    async ([workflowId, list], host) => {
      return host.runWorkflows(textArgument('workflow_id', workflowId), listArgument('arguments', list), RUN);
    },
  ),
];
