/**
 * Carries out what follows from a committed event. Every effect may run twice; none is removed from the outbox
 * before it is done.
 */
import { type Effect, effectId, type OutboxEntry } from '../../lifecycle/effect.ts';
import { isDeleted, isTerminal, type Operation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Wait } from '../../lifecycle/wait.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { pushWait } from '../settle-wait.ts';
import { callResumeMethod } from './call-resume-method.ts';
import { cancelChildren } from './cancel-children.ts';
import { signalCancel, signalResume } from './signal-worker.ts';
import { startWait, stopWorkflow } from './wait-workflow.ts';

/** Effects of one operation, and what of it is known already. */
export interface Delivery {
  readonly operation: Operation;
  /** The wait that the effects are about, where the caller holds it. */
  readonly wait?: Wait;
  readonly effects: readonly PendingEffect[];
}

export type PendingEffect = Pick<OutboxEntry, 'effect' | 'attempts'>;

/** Carries out the effects and removes those that are done; rejects after all were tried where one is not. */
export async function deliver(orchestrator: Orchestrator, delivery: Delivery): Promise<void> {
  const { effects, operation } = delivery;
  if (effects.length === 0) return;
  const results = await Promise.allSettled(
    effects.map((pending) => carryOut(orchestrator, delivery, pending)),
  );
  const done = effects.filter((_, index) => results[index]?.status === 'fulfilled');
  if (done.length > 0) {
    await orchestrator.store.removeEffects(
      operation.name,
      done.map(({ effect }) => effect),
    );
  }
  const failures = results.flatMap((result, index) => {
    const pending = effects[index];
    return result.status === 'rejected' && pending ? [{ pending, reason: result.reason }] : [];
  });
  await Promise.all(
    failures.map(({ pending, reason }) => postpone(orchestrator, operation.name, pending, reason)),
  );
  if (failures[0]) {
    // Whatever the reason: the event itself is committed, and to give it again is to deliver again.
    throw new Failure('unavailable', `${operation.name}: not all effects could be delivered`, {
      cause: failures[0].reason,
    });
  }
}

/** Doubles from a minute to an hour, in milliseconds. */
function backoff(attempts: number): number {
  return Math.min(60_000 * 2 ** attempts, 3_600_000);
}

async function postpone(
  { store, log, now }: Orchestrator,
  operation: OperationName,
  { effect, attempts }: PendingEffect,
  err: unknown,
): Promise<void> {
  log.warn(
    { operation, effect: effectId(effect), attempts: attempts + 1, err },
    'an effect stays in the outbox',
  );
  try {
    await store.postponeEffect(operation, effect, now() + backoff(attempts));
  } catch {
    // The store is out of reach as well. The row is there, and stays due.
  }
}

/**
 * Carries out what was left in the outbox of one operation: what failed before, and what nobody can be at any more.
 * Gives how many effects somebody else may just be carrying out, which are not taken from him.
 */
export async function deliverLeftBehind(orchestrator: Orchestrator, name: OperationName): Promise<number> {
  const entries = await orchestrator.store.outbox(name);
  if (entries.length === 0) return 0;
  const leftBehind = entries.filter(({ attempts, due }) => attempts > 0 || due <= orchestrator.now());
  const operation = await orchestrator.store.operation(name);
  if (operation) await deliver(orchestrator, { operation, effects: leftBehind });
  return entries.length - leftBehind.length;
}

/** Carries out all that is in the outbox of one operation, even what somebody else may be at: it is then done twice. */
export async function deliverOutbox(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  const effects = await orchestrator.store.outbox(name);
  const operation = effects.length > 0 && (await orchestrator.store.operation(name));
  if (operation) await deliver(orchestrator, { operation, effects });
}

async function carryOut(
  orchestrator: Orchestrator,
  delivery: Delivery,
  { effect, attempts }: PendingEffect,
): Promise<void> {
  const { operation } = delivery;
  if (isDeleted(operation) && isForWorker(effect)) return;
  switch (effect.kind) {
    case 'publishCompletion':
      if (isTerminal(operation)) await orchestrator.publisher.publishCompletion(operation);
      return;
    case 'signalResume':
      return signalResume(orchestrator, operation, await waitOf(orchestrator, delivery, effect.waitId));
    case 'signalCancel':
      return signalCancel(orchestrator, operation, effect.cause);
    case 'callResumeMethod':
      return callResumeMethod(
        orchestrator,
        operation,
        await waitOf(orchestrator, delivery, effect.waitId),
        attempts,
      );
    case 'startWait':
      return startWait(orchestrator, operation, effect.waitId);
    case 'stopWorkflow':
      return stopWorkflow(orchestrator, await waitOf(orchestrator, delivery, effect.waitId));
    case 'settleWait':
      return pushWait(orchestrator, effect.parent);
    case 'cancelChildren':
      return cancelChildren(orchestrator, operation.name, effect);
  }
}

/** A deleted operation has nothing left that a worker could go on with. */
function isForWorker({ kind }: Effect): boolean {
  return kind === 'signalResume' || kind === 'signalCancel' || kind === 'callResumeMethod';
}

async function waitOf({ store }: Orchestrator, { operation, wait }: Delivery, waitId: string) {
  if (wait?.waitId === waitId) return wait;
  return store.wait({ operation: operation.name, waitId });
}
