/**
 * Settles a wait: checks whether it is over, and ends it if so. An ended child (push), the workflow's poll, a
 * notification and sweep all ask here, and the first one that finds the wait over resumes the operation.
 */
import type { AllFields } from '../lifecycle/all-fields.ts';
import { type EventOf, resumedEventId } from '../lifecycle/event.ts';
import { isOperationName } from '../lifecycle/operation-name.ts';
import { dueCause, tallyLimits, withNotifications } from '../lifecycle/policy.ts';
import type { ResumedBy, Wait, WaitCause, WaitRef } from '../lifecycle/wait.ts';
import { applyOnce } from './apply-event.ts';
import type { CommittedEvent } from './committed-event.ts';
import { eachPage } from './each-page.ts';
import { deliverLeftBehind } from './effects/deliver-outbox.ts';
import type { Delivery } from './effects/delivery.ts';
import type { Removals } from './effects/removals.ts';
import { readSignalledSummary } from './effects/signal-worker.ts';
import { positionAt } from './event-header.ts';
import { recordResumeLatency } from './event-telemetry.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { PendingChild } from './ports/wait-children.ts';
import type { WaitProgress } from './ports/waits.ts';

export type Settlement =
  | { readonly resumed: true; readonly cause: WaitCause }
  | { readonly resumed: false; readonly reason: 'PENDING' | 'ENDED' | 'NO_SUCH_WAIT' | 'TERMINAL' };

export interface SettleOptions {
  /** The keys of children of other services that do not exist so far. */
  readonly missing?: readonly string[];
  /** When the event that may have ended the wait was published: milliseconds since the epoch. */
  readonly since?: number;
  /** Takes the outbox entries that the caller removes together with its own. */
  readonly removals?: Removals;
}

/** Ends the wait if its children, notifications, sleep or deadline say so. */
export async function settleWait(
  orchestrator: Orchestrator,
  ref: WaitRef,
  by: ResumedBy,
  options: SettleOptions = {},
): Promise<Settlement> {
  const progress = await orchestrator.store.progress(ref, tallyLimits);
  if (!progress) return { resumed: false, reason: 'NO_SUCH_WAIT' };
  if (progress.wait.end) {
    // The call that ended the wait may have failed before it told the worker. The caller may be delivering a settleWait
    // of the same outbox, so waiting for all entries here would deadlock.
    await deliverLeftBehind(orchestrator, ref.operation, ({ kind }) => kind !== 'settleWait');
    return { resumed: false, reason: 'ENDED' };
  }
  return settleOpen(orchestrator, progress, by, options);
}

/** The same as `settleWait` for an open wait whose progress the caller has just read. */
export async function settleOpen(
  orchestrator: Orchestrator,
  progress: WaitProgress,
  by: ResumedBy,
  { missing = [], since, removals }: SettleOptions = {},
): Promise<Settlement> {
  const { wait } = progress;
  const cause = causeOf(progress, orchestrator.now());
  if (!cause) return { resumed: false, reason: 'PENDING' };
  const absent = cause === 'DEADLINE' ? [...missing, ...(await absentChildren(orchestrator, wait))] : [];
  const summary = cause === 'CHILDREN' ? finalSummary(orchestrator, progress) : undefined;
  return endWait(orchestrator, wait, { cause, by, missing: absent, since, removals, summary });
}

/**
 * Reads the children of the wait for its RESUME while the wait is being ended. undefined if the children can still change. The
 * notifications are read later, because only the end of the wait decides which it takes.
 */
function finalSummary({ store }: Orchestrator, { wait, tally }: WaitProgress) {
  if (tally.pending > 0 || wait.notifications) return undefined;
  // If this read fails, the RESUME reads the children again.
  return readSignalledSummary(store, wait).catch(() => undefined);
}

/** Why the wait is over at `now`, or undefined if it is not. */
export function causeOf({ wait, tally, keptNames }: WaitProgress, now: number): WaitCause | undefined {
  return dueCause(wait, withNotifications(wait, tally, keptNames), now);
}

/**
 * The same as `settleWait`, after a child has ended or a notification has come. Calls that come at the same time, as in a
 * fan-out, share one check.
 */
export async function pushWait(
  orchestrator: Orchestrator,
  ref: WaitRef,
  { since, progress, removals }: Pick<Delivery, 'since' | 'progress' | 'removals'> = {},
): Promise<void> {
  const known = progress?.wait;
  const isOfRef = known && known.operation === ref.operation && known.waitId === ref.waitId;
  if (isOfRef && !known.end && causeOf(progress, orchestrator.now())) {
    await settleOpen(orchestrator, progress, 'push', { since, removals });
    return;
  }
  await orchestrator.settlements.run(`${ref.operation}/${ref.waitId}`, async () => {
    await settleWait(orchestrator, ref, 'push', { since, removals });
  });
}

export interface Ending extends SettleOptions, Pick<Delivery, 'summary'> {
  readonly cause: WaitCause;
  readonly by: ResumedBy;
}

/** Ends the wait, whatever it waits for. Of all callers that try, exactly one learns that it resumed the operation (I2). */
export async function endWait(
  orchestrator: Orchestrator,
  { operation, waitId, traceparent }: Wait,
  { cause, by, missing = [], since, removals, summary }: Ending,
): Promise<Settlement> {
  const now = orchestrator.now();
  const outcome = await applyOnce(
    orchestrator,
    {
      operation,
      eventId: resumedEventId(waitId),
      occurTime: now,
      publishTime: now,
      position: positionAt(now),
      attempt: undefined,
      worker: undefined,
      traceparent,
      type: 'resumed',
      waitId,
      cause,
      by,
      missing: missing.length > 0 ? missing : undefined,
      waitTrace: traceparent,
    } satisfies AllFields<EventOf<'resumed'>>,
    { removals, summary },
  );
  if (outcome.kind === 'applied') recordResumeLatency(orchestrator, outcome.delivery.wait, since);
  return outcome.kind === 'applied'
    ? { resumed: true, cause }
    : { resumed: false, reason: reasonOf(outcome) };
}

const PAGE = 500;

/**
 * The children that were never created. Until the deadline they might still be. Only the commit that ends the wait
 * marks them, so that a wait that goes on never shows them as missing.
 */
async function absentChildren({ store }: Orchestrator, ref: WaitRef): Promise<readonly string[]> {
  const absent: string[] = [];
  await eachPage(
    PAGE,
    (limit, last?: PendingChild) => store.pendingChildren(ref, limit, last?.key),
    async (children) => {
      for (const { key, exists } of children) if (!exists && isOperationName(key)) absent.push(key);
    },
  );
  return absent;
}

function reasonOf(outcome: Exclude<CommittedEvent, { kind: 'applied' }>) {
  return outcome.kind === 'ignored' && outcome.reason === 'TERMINAL' ? 'TERMINAL' : 'ENDED';
}
