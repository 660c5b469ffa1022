import { bindRoutine, Scopes } from '../program/binder.ts';
import type { Workflow } from '../source/model.ts';
import { Problems } from '../source/problem.ts';
import { checkFlow } from './flow-check.ts';
import { NameCheck } from './name-check.ts';

/**
 * The static checks of a workflow: names, calls, jumps, and what parallel steps may assign.
 *
 * @returns the scopes, which compiling needs
 * @throws InvalidWorkflowError with every problem, in the order of the source
 */
export function checkWorkflow(workflow: Workflow): Scopes {
  const scopes = new Scopes();
  const problems = new Problems();
  for (const routine of workflow.routines.values()) bindRoutine(routine, scopes);
  for (const routine of workflow.routines.values()) {
    new NameCheck(workflow, scopes, problems).routine(routine);
    checkFlow(routine, problems);
  }
  problems.throwIfFound();
  return scopes;
}
