/**
 * Delivers the effects of a committed event. Invariant: no outbox entry is removed before its effect is carried out.
 */
import type { AllFields } from '../../lifecycle/all-fields.ts';
import { type Effect, effectId } from '../../lifecycle/effect.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import type { Carried, Delivery, PendingEffect } from './delivery.ts';
import { Removals } from './removals.ts';

/**
 * The number of effects of one operation in progress at the same time: a child may have thousands of waiting parents.
 */
const CONCURRENT_EFFECTS = 64;

/**
 * Carries out the effects, a batch at a time, and removes the entries of those that succeed. If an effect fails, the rest
 * of its batch is still tried; then the call rejects, and the later batches stay in the outbox.
 */
export function deliver(orchestrator: Orchestrator, delivery: Delivery): Promise<void> {
  const { length } = delivery.effects;
  if (length === 0) return DELIVERED;
  return length <= CONCURRENT_EFFECTS
    ? deliverBatch(orchestrator, delivery)
    : deliverBatches(orchestrator, delivery);
}

const DELIVERED: Promise<void> = Promise.resolve();

async function deliverBatches(orchestrator: Orchestrator, delivery: Delivery): Promise<void> {
  const { effects } = delivery;
  for (let done = 0; done < effects.length; done += CONCURRENT_EFFECTS) {
    const batch = { ...delivery, effects: effects.slice(done, done + CONCURRENT_EFFECTS) };
    await deliverBatch(orchestrator, batch);
  }
}

async function deliverBatch(orchestrator: Orchestrator, given: Delivery): Promise<void> {
  const { effects, operation } = given;
  const removals = given.removals ?? new Removals();
  const delivery: AllFields<Delivery> = {
    operation,
    wait: given.wait,
    effects,
    since: given.since,
    progress: given.progress,
    summary: given.summary,
    removals,
  };
  let tried: (Carried | Failed)[];
  const [first] = effects;
  if (effects.length === 1 && first) {
    // Most events have one effect, which needs no promise of its own.
    try {
      tried = [await orchestrator.carryOut(orchestrator, delivery, first)];
    } catch (reason) {
      tried = [{ pending: first, reason }];
    }
  } else {
    tried = await Promise.all(effects.map((pending) => tryOne(orchestrator, delivery, pending)));
  }
  removals.add(operation.name, effectsWith('DONE', effects, tried));
  if (!given.removals) await removals.removeFrom(orchestrator.store);
  if (!tried.every(isDone)) await leaveRest(orchestrator, operation.name, effects, tried);
}

function isDone(result: Carried | Failed): boolean {
  return result === 'DONE';
}

/** Leaves the effects that are not done in the outbox. Rejects if one of them has failed. */
async function leaveRest(
  orchestrator: Orchestrator,
  name: OperationName,
  effects: readonly PendingEffect[],
  tried: readonly (Carried | Failed)[],
): Promise<void> {
  const { store, now, timer } = orchestrator;
  // The effect is due at once: the next caller continues it.
  for (const effect of effectsWith('AGAIN', effects, tried)) {
    await store.postponeEffect(name, effect, now());
    timer.wakeAt(now());
  }
  const failures = tried.filter((result) => typeof result === 'object');
  if (!failures[0]) return;
  await Promise.all(failures.map(({ pending, reason }) => postpone(orchestrator, name, pending, reason)));
  // The reason does not matter: the event is committed, so applying it again means delivering again.
  throw new Failure('unavailable', `${name}: some effects could not be delivered, and stay in the outbox`, {
    cause: failures[0].reason,
  });
}

interface Failed {
  readonly pending: PendingEffect;
  readonly reason: unknown;
}

async function tryOne(
  orchestrator: Orchestrator,
  delivery: Delivery,
  pending: PendingEffect,
): Promise<Carried | Failed> {
  try {
    return await orchestrator.carryOut(orchestrator, delivery, pending);
  } catch (reason) {
    return { pending, reason };
  }
}

function effectsWith(
  result: Carried,
  effects: readonly PendingEffect[],
  tried: readonly (Carried | Failed)[],
): readonly Effect[] {
  const matching = tried.every((one) => one === result)
    ? effects
    : effects.filter((_, index) => tried[index] === result);
  return matching.map(({ effect }) => effect);
}

/** Returns the pause before the next delivery of an effect: one minute, doubled after each failure, at most one hour. */
function backoffMs(attempts: number): number {
  return Math.min(60_000 * 2 ** attempts, 3_600_000);
}

async function postpone(
  { store, log, now, telemetry }: Orchestrator,
  operation: OperationName,
  { effect, attempts }: PendingEffect,
  err: unknown,
): Promise<void> {
  telemetry.count('lro.effects.failed', { kind: effect.kind });
  log.warn(
    { operation, effect: effectId(effect), attempts: attempts + 1, err },
    'an effect stays in the outbox',
  );
  try {
    await store.postponeEffect(operation, effect, now() + backoffMs(attempts));
  } catch {
    // The store is unreachable as well. The entry exists and stays due.
  }
}

/**
 * Delivers the effects of several operations, a batch at a time, and removes the entries of a batch together. If a delivery fails, the
 * rest of its batch is still tried; then the call rejects, and the later batches stay in the outbox.
 */
export async function deliverEach(
  orchestrator: Orchestrator,
  deliveries: readonly Delivery[],
): Promise<void> {
  for (let done = 0; done < deliveries.length; done += CONCURRENT_EFFECTS) {
    const removals = new Removals();
    const batch = deliveries.slice(done, done + CONCURRENT_EFFECTS);
    const tried = await Promise.allSettled(
      batch.map((delivery) => deliver(orchestrator, { ...delivery, removals })),
    );
    await removals.removeFrom(orchestrator.store);
    for (const result of tried) if (result.status === 'rejected') throw result.reason;
  }
}
