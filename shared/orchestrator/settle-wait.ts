/**
 * Whether a wait is over, asked by whoever has a reason to think so: a child that ended (push), the workflow's poll,
 * sweep. All of them ask the same question here, and the first to find it over resumes the operation.
 */
import { resumedEventId } from '../lifecycle/event.ts';
import {
  dueCause,
  type OpenWait,
  type ResumedBy,
  tallyLimits,
  type WaitCause,
  type WaitRef,
} from '../lifecycle/wait.ts';
import { applyOnce } from './apply-event.ts';
import { CoalescedRuns } from './coalesced-runs.ts';
import type { CommittedEvent } from './commit-event.ts';
import { deliverLeftBehind } from './effects/deliver.ts';
import { headerAt } from './event-header.ts';
import { noteMissingChildren } from './missing-children.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Child, OperationStore } from './ports/store.ts';

export type Settlement =
  | { readonly resumed: true; readonly cause: WaitCause }
  | { readonly resumed: false; readonly reason: 'PENDING' | 'ENDED' | 'NO_SUCH_WAIT' | 'TERMINAL' };

/**
 * Ends the wait if its children, its sleep or its deadline say so. `missing` are children of other services that are not
 * there so far.
 */
export async function settleWait(
  orchestrator: Orchestrator,
  ref: WaitRef,
  by: ResumedBy,
  missing: readonly Child[] = [],
): Promise<Settlement> {
  const wait = await orchestrator.store.wait(ref);
  if (!wait) return { resumed: false, reason: 'NO_SUCH_WAIT' };
  if (wait.end) {
    // Whoever ended it may have failed before the worker was told.
    await deliverLeftBehind(orchestrator, ref.operation);
    return { resumed: false, reason: 'ENDED' };
  }
  return settleOpenWait(orchestrator, wait, by, missing);
}

/** The same for a wait that was just read. */
export async function settleOpenWait(
  orchestrator: Orchestrator,
  wait: OpenWait,
  by: ResumedBy,
  missing: readonly Child[] = [],
): Promise<Settlement> {
  const { store, now } = orchestrator;
  const cause = dueCause(wait, await store.tally(wait, tallyLimits(wait)), now());
  if (!cause) return { resumed: false, reason: 'PENDING' };
  // Before the end, which is when outcomes are final; and after the cause was found, which they must not change.
  if (cause === 'DEADLINE') {
    await noteMissingChildren(orchestrator, wait);
    if (missing.length > 0) await store.recordOutcomes(wait, missing);
  }
  return endWait(orchestrator, wait, cause, by);
}

/** By the store that they settle in: one for each process. */
const pushes = new WeakMap<OperationStore, CoalescedRuns>();

/** The same for a child that has ended. Children that end at once, as those of one fan-out do, ask once for all. */
export function pushWait(orchestrator: Orchestrator, ref: WaitRef): Promise<void> {
  const { store } = orchestrator;
  let runs = pushes.get(store);
  if (!runs) {
    runs = new CoalescedRuns();
    pushes.set(store, runs);
  }
  return runs.run(`${ref.operation}/${ref.waitId}`, async () => {
    await settleWait(orchestrator, ref, 'push');
  });
}

/** Ends the wait, whatever it waits for. I2: of all who try, one is told that it resumed the operation. */
export async function endWait(
  orchestrator: Orchestrator,
  { operation, waitId }: WaitRef,
  cause: WaitCause,
  by: ResumedBy,
): Promise<Settlement> {
  const header = headerAt(orchestrator.now(), operation, resumedEventId(waitId));
  const outcome = await applyOnce(orchestrator, { ...header, type: 'resumed', waitId, cause, by });
  return outcome.kind === 'applied'
    ? { resumed: true, cause }
    : { resumed: false, reason: reasonOf(outcome) };
}

function reasonOf(outcome: Exclude<CommittedEvent, { kind: 'applied' }>) {
  return outcome.kind === 'ignored' && outcome.reason === 'TERMINAL' ? 'TERMINAL' : 'ENDED';
}
