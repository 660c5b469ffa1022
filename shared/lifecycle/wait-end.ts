/** The ways in which a wait ends, and what follows from each. */
import type { Effect } from './effect.ts';
import { offerNextAttempt } from './handover.ts';
import { dispatchOf, type LiveOperation, type WaitingOperation } from './operation.ts';
import { type Applied, applied, type Circumstances, type TakenNotifications } from './outcome.ts';
import { takenOf } from './policy.ts';
import type { AbandonReason, EndedWait, OpenWait, Resumption, WaitEnd } from './wait.ts';

/** I2, I4: the operation goes on in the same step in which its wait ends, with a next attempt. */
export function resumeFromWait(
  operation: WaitingOperation,
  { cause, by, missing }: Pick<Resumption, 'cause' | 'by' | 'missing'>,
  circumstances: Circumstances,
): Applied {
  const { wait, ...facts } = operation;
  // The workflow that made the call ends by itself.
  const stop: Effect[] = by === 'workflow' ? [] : [{ kind: 'stopWorkflow', waitId: wait.waitId }];
  return goOn(
    facts,
    wait,
    { kind: 'RESUMED', cause, by, time: circumstances.now, ...(missing && { missing }) },
    circumstances,
    stop,
  );
}

/** The operation after a wait that ended, be it at the very moment at which it began. */
export function goOn(
  facts: Parameters<typeof offerNextAttempt>[0],
  wait: OpenWait,
  end: Resumption,
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

export function giveUpWait(
  operation: LiveOperation,
  reason: AbandonReason,
  { now }: Pick<Circumstances, 'now'>,
): { readonly ended?: EndedWait; readonly effects: readonly Effect[] } {
  if (operation.state !== 'WAITING') return { effects: [] };
  const { wait } = operation;
  const effects: Effect[] = [{ kind: 'stopWorkflow', waitId: wait.waitId }];
  // A wait that is superseded goes on as another one: its children are still wanted.
  if (wait.cancelRest && reason !== 'SUPERSEDED') effects.push({ kind: 'cancelRest', waitId: wait.waitId });
  return { ended: endWait(wait, { kind: 'ABANDONED', reason, time: now }), effects };
}

export function endWait(open: OpenWait, end: WaitEnd): EndedWait {
  return { ...open, end };
}

/** The commit that ends a wait takes the notifications that are kept, whatever the cause. */
function takenBy(
  { waitId, notifications = [] }: OpenWait,
  { kept = [] }: Circumstances,
): TakenNotifications | undefined {
  if (notifications.length === 0) return undefined;
  const names = kept.map(({ name }) => name);
  const positions = takenOf(notifications, names).flatMap((index) => kept[index]?.position ?? []);
  return positions.length === 0 ? undefined : { waitId, positions };
}
