/** Delivers what the outbox has of an operation: effects that the call which committed them held back or has not carried out. */
import type { Effect, OutboxEntry } from '../../lifecycle/effect.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { deliver } from './deliver.ts';
import { isHeldBack } from './held-back.ts';

/**
 * Carries out the wanted outbox entries of one operation that have failed before, or whose committing call has used up
 * its time. Returns the number of effects that another call may still be carrying out, and leaves those to it.
 */
export async function deliverLeftBehind(
  orchestrator: Orchestrator,
  name: OperationName,
  isWanted: (effect: Effect) => boolean = () => true,
): Promise<number> {
  const wanted = await wantedEntries(orchestrator, name, isWanted);
  if (!wanted) return 0;
  const { operation, entries } = wanted;
  const now = orchestrator.now();
  const leftBehind = entries.filter(({ attempts, due }) => attempts > 0 || due <= now);
  await deliver(orchestrator, { operation, effects: leftBehind });
  const underWay = entries.filter(
    (entry) => !leftBehind.includes(entry) && !isHeldBack(orchestrator, operation, entry.effect),
  );
  return underWay.length;
}

/**
 * Carries out the wanted outbox entries of one operation after the answer to their commit was lost. Entries of other calls run twice.
 */
export async function deliverOwn(
  orchestrator: Orchestrator,
  name: OperationName,
  isWanted: (effect: Effect) => boolean = () => true,
): Promise<void> {
  const wanted = await wantedEntries(orchestrator, name, isWanted);
  if (!wanted) return;
  const { operation, entries } = wanted;
  const effects = entries.filter(({ effect }) => !isHeldBack(orchestrator, operation, effect));
  await deliver(orchestrator, { operation, effects });
}

/** Returns the outbox entries of one operation that are wanted, and the operation. undefined if there are none. */
async function wantedEntries(
  { store }: Orchestrator,
  name: OperationName,
  isWanted: (effect: Effect) => boolean,
): Promise<{ readonly operation: Operation; readonly entries: readonly OutboxEntry[] } | undefined> {
  const entries = (await store.outbox(name)).filter(({ effect }) => isWanted(effect));
  if (entries.length === 0) return undefined;
  const operation = await store.operation(name);
  return operation && { operation, entries };
}

/** Publishes the completion of an operation if it was held back and has not been published meanwhile. */
export async function deliverHeldCompletion(orchestrator: Orchestrator, operation: Operation): Promise<void> {
  const entries = await orchestrator.store.outbox(operation.name);
  const effects = entries.filter(({ effect }) => effect.kind === 'publishCompletion');
  await deliver(orchestrator, { operation, effects });
}

/**
 * Carries out every outbox entry of one operation, including those that another call may be carrying out: those run
 * twice.
 */
export async function deliverOutbox(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  const effects = await orchestrator.store.outbox(name);
  const operation = effects.length > 0 && (await orchestrator.store.operation(name));
  if (operation) await deliver(orchestrator, { operation, effects });
}
