/** Begins a rerun: an operation that goes on where an earlier one ended, with its checkpoint and in its last wait. */
import type { AllFields } from './all-fields.ts';
import { dedupeKey, type EventOf } from './event.ts';
import type { EventOrder } from './event-order.ts';
import { register } from './facts.ts';
import { offerNextAttempt } from './handover.ts';
import { inPhase } from './operation.ts';
import type { OperationFacts } from './operation-facts.ts';
import { applied, type BegunWait, type Circumstances, type Transition } from './outcome.ts';
import type { Restart, RestartedWait } from './restart.ts';
import { CODE } from './result.ts';
import { nameConflict } from './spawn.ts';
import { openWait, type ResumedEnd, type Wait } from './wait.ts';
import { firstLook } from './wait-begin.ts';
import { goOn } from './wait-end.ts';

/** `created` is the operation with all other fields of `created` applied. No worker has it yet. */
export function beginRerun(
  created: OperationFacts,
  event: EventOf<'created'>,
  order: EventOrder,
  { checkpoint, resumePoint, wait: restarted }: Restart,
  circumstances: Circumstances,
): Transition {
  const facts: OperationFacts = {
    ...created,
    attempts: [],
    checkpoint: register(checkpoint, order),
    resumePoint: register(resumePoint, order),
    lastWait: restarted && order,
  };
  if (!restarted) {
    const { next, effects } = offerNextAttempt(facts, circumstances.now);
    return applied(next, { effects });
  }
  const { terms, cause, missing } = restarted;
  for (const child of restarted.spawn) {
    // The names were free when the call chose them. The caller repeats the call with other names.
    const holder = circumstances.nameHolders?.get(child.name);
    const conflict = nameConflict(event.operation, child, holder, circumstances.sameContent);
    if (conflict) return { outcome: 'rejected', field: 'operationId', reason: conflict, code: CODE.ABORTED };
  }
  const wait = openWait(event.operation, dedupeKey(event), event.publishTime, terms.deadline, terms);
  if (cause === undefined) {
    return applied(inPhase(facts, { state: 'WAITING', wait, lookTime: firstLook(wait, circumstances) }), {
      begun: begunWait(wait, restarted),
      effects: [{ kind: 'startWait', waitId: wait.waitId }],
    });
  }
  const { now } = circumstances;
  const end: ResumedEnd = { kind: 'RESUMED', cause, by: 'caller', time: now, missing };
  const resumed = goOn(facts, wait, end, circumstances);
  return {
    ...resumed,
    begun: { ...begunWait({ ...wait, end }, restarted), spawn: [] },
    // The wait is written as one that has ended.
    ended: undefined,
  };
}

function begunWait(wait: Wait, { childKeys, spawnKeys, spawn, done, taken }: RestartedWait): BegunWait {
  return { wait, childKeys, spawnKeys, spawn, gone: [], done, taken } satisfies AllFields<BegunWait>;
}
