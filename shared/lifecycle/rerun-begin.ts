/** Begins a rerun: an operation that goes on where an earlier one ended, with its checkpoint and in its last wait. */
import { dedupeKey, type EventOf } from './event.ts';
import type { Register } from './event-order.ts';
import type { Ordered } from './facts.ts';
import { offerNextAttempt } from './handover.ts';
import { inPhase, type OperationFacts } from './operation.ts';
import { applied, type Circumstances, type Transition } from './outcome.ts';
import type { Restart } from './restart.ts';
import { CODE } from './result.ts';
import { nameConflict } from './spawn.ts';
import type { OpenWait } from './wait.ts';
import { firstLook } from './wait-begin.ts';
import { goOn } from './wait-end.ts';

export type RestartEvent = Ordered<EventOf<'created'>> & { readonly restart: Restart };

/** `created` is the operation with all other fields of `created` applied. No worker has it yet. */
export function beginRerun(
  created: OperationFacts,
  event: RestartEvent,
  circumstances: Circumstances,
): Transition {
  const { checkpoint, resumePoint, wait: restarted } = event.restart;
  const facts: OperationFacts = {
    ...created,
    attempts: [],
    checkpoint: register(checkpoint, event),
    resumePoint: register(resumePoint, event),
    lastWait: restarted && event.order,
  };
  if (!restarted) {
    const { next, effects } = offerNextAttempt(facts, circumstances.now);
    return applied(next, { effects });
  }
  const { terms, cause, missing, ...children } = restarted;
  for (const child of children.spawn) {
    // The names were free when the call chose them. The caller repeats the call with other names.
    const conflict = nameConflict(event.operation, child, circumstances.nameHolders?.get(child.name));
    if (conflict) return { outcome: 'rejected', field: 'operationId', reason: conflict, code: CODE.ABORTED };
  }
  const wait: OpenWait = {
    operation: event.operation,
    waitId: dedupeKey(event),
    startTime: event.occurTime,
    ...terms,
  };
  if (cause === undefined) {
    return applied(inPhase(facts, { state: 'WAITING', wait, lookTime: firstLook(wait, circumstances) }), {
      begun: { wait, ...children, gone: [] },
      effects: [{ kind: 'startWait', waitId: wait.waitId }],
    });
  }
  const { now } = circumstances;
  const end = { kind: 'RESUMED', cause, by: 'caller', time: now, ...(missing && { missing }) } as const;
  const resumed = goOn(facts, wait, end, circumstances);
  return {
    ...resumed,
    begun: { wait: { ...wait, end }, ...children, spawn: [], gone: [] },
    // The wait is written as one that has ended.
    ended: undefined,
  };
}

function register<T>(value: T | undefined, { order }: RestartEvent): Register<T> | undefined {
  return value === undefined ? undefined : { value, order };
}
