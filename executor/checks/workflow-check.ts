import type { ConnectorCatalog } from '../connectors/catalog.ts';
import { bindRoutine, Scopes } from '../program/binder.ts';
import type { Workflow } from '../source/model.ts';
import { type Problem, Problems } from '../source/problem.ts';
import { checkFlow } from './flow-check.ts';
import { NameCheck } from './name-check.ts';

export interface CheckedWorkflow {
  readonly scopes: Scopes;
  readonly warnings: readonly Problem[];
}

/**
 * The static checks of a workflow: names, calls, jumps, and what parallel steps may assign.
 *
 * @returns the scopes, which compiling needs, and the warnings
 * @throws InvalidWorkflowError with every problem, in the order of the source
 */
export function checkWorkflow(workflow: Workflow, connectors: ConnectorCatalog): CheckedWorkflow {
  const scopes = new Scopes();
  const problems = new Problems();
  for (const routine of workflow.routines.values()) bindRoutine(routine, scopes);
  for (const routine of workflow.routines.values()) {
    new NameCheck(workflow, scopes, problems, connectors).routine(routine);
    checkFlow(routine, problems);
  }
  problems.throwIfFound();
  return { scopes, warnings: [...workflow.warnings, ...problems.warnings()] };
}
