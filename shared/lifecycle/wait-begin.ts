/** A `waiting` event: begins a wait with its children, or fails the operation if the wait is not possible. */
import type { AllFields } from './all-fields.ts';
import { withAttemptEnd } from './attempt.ts';
import { dedupeKey, type EventOf } from './event.ts';
import { orderOf, withSavepoint } from './facts.ts';
import { finish } from './finish.ts';
import { lastResortOf } from './last-resort.ts';
import { type ActiveOperation, inPhase, isTerminal, type LiveOperation } from './operation.ts';
import type { OperationName } from './operation-name.ts';
import { applied, type BegunWait, type Circumstances, type Transition } from './outcome.ts';
import { CANCELLED, CODE, type Status, status } from './result.ts';
import { nameConflict } from './spawn.ts';
import { externalKey, type OpenWait, openWait, type ResumedEnd, type Wait } from './wait.ts';
import { giveUpWait, goOn } from './wait-end.ts';

export function wait(
  operation: LiveOperation,
  event: EventOf<'waiting'>,
  circumstances: Circumstances,
): Transition {
  const order = orderOf(operation, event);
  const kept = withSavepoint(operation, event, order, circumstances);
  if (isTerminal(kept)) return { outcome: 'ignored', reason: 'TERMINAL', next: kept };
  if (kept.lastWait !== undefined && kept.lastWait >= order) {
    return { outcome: 'ignored', reason: 'SUPERSEDED', next: kept };
  }
  const obstacle = obstacleOf(event, circumstances);
  if (obstacle) return finish(kept, event, circumstances, { state: 'FAILED', error: obstacle });

  const overtaken = giveUpWait(kept, 'SUPERSEDED', circumstances);
  const facts: ActiveOperation = {
    ...kept,
    lastWait: order,
    attempts: withAttemptEnd(kept.attempts, 'WAITING'),
  };
  const begun = waitOf(event);
  if (kept.cancelRequest === 'REQUESTED' && !kept.lastResort) {
    const end: ResumedEnd = {
      kind: 'RESUMED',
      cause: 'CANCEL',
      by: 'cancel',
      time: circumstances.now,
      missing: undefined,
    };
    const lastResort = lastResortOf(facts, 'CANCEL', CANCELLED, circumstances.now);
    const resumed = goOn({ ...facts, cancelRequest: 'ENDED_A_WAIT', lastResort }, begun, end, circumstances);
    return {
      ...resumed,
      begun: { ...begunWait({ ...begun, end }, event, circumstances), spawn: [] },
      ended: overtaken.ended,
      effects: [...overtaken.effects, ...resumed.effects],
    };
  }
  return applied(
    inPhase(facts, { state: 'WAITING', wait: begun, lookTime: firstLook(begun, circumstances) }),
    {
      begun: begunWait(begun, event, circumstances),
      ended: overtaken.ended,
      effects: [...overtaken.effects, { kind: 'startWait', waitId: begun.waitId }],
    },
  );
}

/** The wait begins at the publish time, as its sleep and its deadline count from it: its age must not depend on a worker's clock. */
function waitOf(event: EventOf<'waiting'>): OpenWait {
  const { operation, publishTime, terms, traceparent } = event;
  const wait = openWait(operation, dedupeKey(event), publishTime, terms.deadline, terms);
  return traceparent === undefined ? wait : { ...wait, traceparent };
}

/** When `sweep` first checks that a workflow polls the children of other services, in milliseconds. */
const FIRST_POLL_MS = 60_000;

/** When `sweep` looks at the wait before its deadline: when its sleep ends, or when children have to be polled. */
export function firstLook(
  { sleepUntil, externals, deadline }: OpenWait,
  circumstances: Circumstances,
): number {
  const { now, workflowGraceMs } = circumstances;
  // At the deadline the workflow goes first: it knows which children of other services never existed.
  const last = deadline + workflowGraceMs;
  if (sleepUntil !== undefined) return Math.min(last, Math.max(now, sleepUntil) + workflowGraceMs);
  return externals.length > 0 ? Math.min(last, now + FIRST_POLL_MS) : last;
}

/** Why the wait cannot begin. The reason fails the operation. */
function obstacleOf(
  event: EventOf<'waiting'>,
  { cycle, nameHolders, sameContent }: Circumstances,
): Status | undefined {
  if (cycle) {
    return status(CODE.FAILED_PRECONDITION, `The wait would make a cycle: ${cycle.join(' waits for ')}.`);
  }
  for (const child of event.spawn) {
    const conflict = nameConflict(event.operation, child, nameHolders?.get(child.name), sameContent);
    if (conflict) return status(CODE.ALREADY_EXISTS, `The wait can't create its children: ${conflict}.`);
  }
  return undefined;
}

function begunWait(wait: Wait, event: EventOf<'waiting'>, { nameHolders }: Circumstances): BegunWait {
  const isDeleted = (name: OperationName) => nameHolders?.get(name)?.deleted ?? false;
  const names = event.spawn.map(({ name }) => name);
  return {
    wait,
    childKeys: [...new Set([...names, ...event.children, ...event.terms.externals.map(externalKey)])],
    spawnKeys: new Map(event.spawn.map(({ name, key }) => [name, key])),
    // A child that this operation already has is waited for as it is.
    spawn: event.spawn.filter(({ name }) => {
      const holder = nameHolders?.get(name);
      return !holder || (!holder.deleted && !holder.creation);
    }),
    gone: names.filter(isDeleted),
    done: undefined,
    taken: undefined,
  } satisfies AllFields<BegunWait>;
}
