/** Carries out one effect: maps each kind to its function. Every effect may run twice. */
import type { Effect } from '../../lifecycle/effect.ts';
import { isDeleted, isTerminal } from '../../lifecycle/operation.ts';
import { runBulk } from '../bulk/run-bulk.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { pushWait } from '../settle-wait.ts';
import { callResumeMethod } from './call-resume-method.ts';
import { cancelChildren, cancelRest, cancelSelf } from './cancel-children.ts';
import type { Carried, Delivery, PendingEffect } from './delivery.ts';
import { finishWaits } from './finish-waits.ts';
import { signalCancel, signalCatch, signalResume, signalStart } from './signal-worker.ts';
import { startWait, stopWorkflow } from './start-wait.ts';

export function carryOut(
  orchestrator: Orchestrator,
  delivery: Delivery,
  pending: PendingEffect,
): Promise<Carried> {
  const { telemetry } = orchestrator;
  if (!telemetry.isOn) return carry(orchestrator, delivery, pending);
  const { kind } = pending.effect;
  const options = {
    kind: PRODUCERS.has(kind) ? ('producer' as const) : ('internal' as const),
    trace: delivery.operation.trace,
    attributes: { 'lro.operation': delivery.operation.name, 'lro.effect.attempts': pending.attempts },
  };
  return telemetry.span(`deliver ${kind}`, options, () => carry(orchestrator, delivery, pending));
}

/** The effects that publish a message. */
const PRODUCERS: ReadonlySet<Effect['kind']> = new Set([
  'publishCompletion',
  'signalStart',
  'signalCatch',
  'signalResume',
  'signalCancel',
]);

function carry(orchestrator: Orchestrator, delivery: Delivery, pending: PendingEffect): Promise<Carried> {
  const { effect, attempts } = pending;
  if (effect.kind === 'runBulk') return runBulk(orchestrator, delivery.operation.name);
  return carryOutWhole(orchestrator, delivery, effect, attempts).then(done);
}

function done(): Carried {
  return 'DONE';
}

const NOTHING_TO_DO: Promise<void> = Promise.resolve();

/** The effects that one call carries out as a whole. */
type WholeEffect = Exclude<Effect, { readonly kind: 'runBulk' }>;

/** Not an async function: the promise of each effect is passed on as it is, because every further promise costs time. */
function carryOutWhole(
  orchestrator: Orchestrator,
  delivery: Delivery,
  effect: WholeEffect,
  attempts: number,
): Promise<void> {
  const { operation } = delivery;
  if (isDeleted(operation) && isForWorker(effect)) return NOTHING_TO_DO;
  switch (effect.kind) {
    case 'publishCompletion':
      return isTerminal(operation) ? orchestrator.publisher.publishCompletion(operation) : NOTHING_TO_DO;
    case 'signalStart':
      return signalStart(orchestrator, operation, effect);
    case 'signalCatch':
      return signalCatch(orchestrator, operation, effect);
    case 'signalResume':
      return signalResume(orchestrator, delivery, effect.waitId, effect);
    case 'signalCancel':
      return signalCancel(orchestrator, operation, effect);
    case 'callResumeMethod':
      return callResumeMethod(orchestrator, operation, effect, attempts);
    case 'startWait':
      return startWait(orchestrator, operation, effect.waitId);
    case 'stopWorkflow':
      return waitOf(orchestrator, delivery, effect.waitId).then((wait) => stopWorkflow(orchestrator, wait));
    case 'settleWait':
      return pushWait(orchestrator, effect.parent, delivery);
    case 'finishWaits':
      return finishWaits(orchestrator, operation.name);
    case 'cancelRest':
      return cancelRest(orchestrator, operation.name, effect.waitId);
    case 'cancelChildren':
      return cancelChildren(orchestrator, operation.name, effect);
    case 'cancelSelf':
      return cancelSelf(orchestrator, operation.name, effect.cause);
    default:
      throw unknownEffect(effect);
  }
}

/** An effect of a newer release: its entry stays in the outbox until a function of that release carries it out. */
function unknownEffect(effect: never): Failure {
  const { kind } = effect as Effect;
  return new Failure('unavailable', `effect kind "${kind}" is of a newer release; its outbox entry stays`);
}

/** Whether the effect makes a worker start, go on or stop. A deleted operation has no worker to tell. */
function isForWorker({ kind }: Effect): boolean {
  return kind.startsWith('signal') || kind === 'callResumeMethod';
}

async function waitOf({ store }: Orchestrator, { operation, wait }: Delivery, waitId: string) {
  // If the event has just ended the wait, the caller's copy may lack an execution that was launched meanwhile.
  if (wait?.waitId === waitId && wait.execution) return wait;
  return store.wait({ operation: operation.name, waitId });
}
