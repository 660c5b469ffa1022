/** Which waits have a workflow, and what that leaves to `sweep`. */
import type { WaitTerms } from '../lifecycle/wait.ts';
import type { Policy } from './orchestrator.ts';

/** How long the workflow of a wait has for what `sweep` does otherwise, in milliseconds. */
export const WORKFLOW_GRACE_MS = 5_000;

/** Children of other services are polled by the workflow only; everything else `sweep` can hold as well. */
export function needsWorkflow({ externals }: WaitTerms): boolean {
  return externals.length > 0;
}

export function hasWorkflow({ waitWorkflow }: Policy, terms: WaitTerms): boolean {
  return needsWorkflow(terms) || (waitWorkflow === 'always' && isLaunchable(terms));
}

export function workflowGraceMs(policy: Policy, terms: WaitTerms): number {
  return hasWorkflow(policy, terms) ? WORKFLOW_GRACE_MS : 0;
}

/** A wait for notifications only has nothing that a workflow could look at. */
function isLaunchable({ childCount, sleepUntil }: WaitTerms): boolean {
  return childCount > 0 || sleepUntil !== undefined;
}
