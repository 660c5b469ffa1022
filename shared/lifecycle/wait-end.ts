/** The ways in which a wait ends, and what follows from each. */
import type { Effect } from './effect.ts';
import { offerNextAttempt } from './handover.ts';
import type { LiveOperation, WaitingOperation } from './operation.ts';
import { dispatchOf } from './operation-facts.ts';
import { type Applied, applied, type Circumstances, type TakenNotifications } from './outcome.ts';
import { takenOf } from './policy.ts';
import type { AbandonReason, EndedWait, OpenWait, ResumedEnd, WaitEnd } from './wait.ts';

/** I2, I4: the end of the wait and the next attempt of the operation are one step. */
export function resumeFromWait(
  operation: WaitingOperation,
  { cause, by, missing }: Pick<ResumedEnd, 'cause' | 'by' | 'missing'>,
  circumstances: Circumstances,
): Applied {
  const { wait } = operation;
  // The workflow that made the call ends itself.
  const stop: Effect[] = by === 'workflow' ? [] : [{ kind: 'stopWorkflow', waitId: wait.waitId }];
  const end: ResumedEnd = { kind: 'RESUMED', cause, by, time: circumstances.now, missing };
  return goOn(operation, wait, end, circumstances, stop);
}

/** The operation after the end of a wait. A wait can end in the same event in which it begins. */
export function goOn(
  facts: Parameters<typeof offerNextAttempt>[0],
  wait: OpenWait,
  end: ResumedEnd,
  circumstances: Circumstances,
  more: readonly Effect[] = [],
): Applied {
  const { waitId, resumeMethod, cancelRest } = wait;
  const taken = takenBy(wait, circumstances);
  const { next, effects } = offerNextAttempt(
    {
      ...facts,
      tries: dispatchOf(facts) ? 1 : facts.tries,
      resumption: { kind: 'WAIT', waitId, cause: end.cause },
      keptNotifications: facts.keptNotifications - (taken?.positions.length ?? 0),
    },
    circumstances.now,
  );
  const attempt = next.attempts.at(-1)?.number;
  const call: Effect[] = resumeMethod === undefined ? [] : [{ kind: 'callResumeMethod', waitId, attempt }];
  const rest: Effect[] = cancelRest ? [{ kind: 'cancelRest', waitId }] : [];
  return applied(next, {
    ended: endWait(wait, end),
    taken,
    effects: [...effects, ...call, ...rest, ...more],
  });
}

interface GivenUp {
  readonly ended?: EndedWait;
  readonly effects: readonly Effect[];
}

const NOTHING_GIVEN_UP: GivenUp = { ended: undefined, effects: [] };

export function giveUpWait(
  operation: LiveOperation,
  reason: AbandonReason,
  { now }: Pick<Circumstances, 'now'>,
): GivenUp {
  if (operation.state !== 'WAITING') return NOTHING_GIVEN_UP;
  const { wait } = operation;
  const effects: Effect[] = [{ kind: 'stopWorkflow', waitId: wait.waitId }];
  // A newer wait supersedes this one. Its children are still wanted.
  if (wait.cancelRest && reason !== 'SUPERSEDED') effects.push({ kind: 'cancelRest', waitId: wait.waitId });
  return { ended: endWait(wait, { kind: 'ABANDONED', reason, time: now }), effects };
}

export function endWait(open: OpenWait, end: WaitEnd): EndedWait {
  return { ...open, end };
}

/** The commit that ends a wait takes the kept notifications, whatever the cause. */
function takenBy(
  { waitId, notifications = [] }: OpenWait,
  { kept = [] }: Circumstances,
): TakenNotifications | undefined {
  if (notifications.length === 0) return undefined;
  const names = kept.map(({ name }) => name);
  const positions = takenOf(notifications, names).flatMap((index) => kept[index]?.position ?? []);
  return positions.length === 0 ? undefined : { waitId, positions };
}
