/** Decides which waits get a workflow, and how long `sweep` leaves such a wait to its workflow. */
import type { WaitTerms } from '../lifecycle/wait.ts';
import type { Policy } from './orchestrator.ts';

/** How long `sweep` leaves a due wait to its workflow, in milliseconds. */
export const WORKFLOW_GRACE_MS = 5_000;

/** Only the workflow polls children of other services. `sweep` can do everything else. */
export function needsWorkflow({ externals }: WaitTerms): boolean {
  return externals.length > 0;
}

export function hasWorkflow({ waitWorkflow }: Policy, terms: WaitTerms): boolean {
  return needsWorkflow(terms) || (waitWorkflow === 'always' && isLaunchable(terms));
}

export function workflowGraceMs(policy: Policy, terms: WaitTerms): number {
  return hasWorkflow(policy, terms) ? WORKFLOW_GRACE_MS : 0;
}

/** A wait for notifications only has nothing that a workflow could poll. */
function isLaunchable({ childCount, sleepUntil }: WaitTerms): boolean {
  return childCount > 0 || sleepUntil !== undefined;
}
