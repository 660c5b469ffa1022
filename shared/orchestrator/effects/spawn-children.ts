/**
 * Creates the children that a wait spawns, part by part, each part in one transaction if possible. Repeating a part
 * creates no child twice.
 *
 * Invariants: the commit that began the wait has reserved the names, so that every child can be created. After a crash
 * the redelivery of the event, or `sweep`, creates the rest. If the parent ends first, the rest is not created.
 */

import type { AllFields } from '../../lifecycle/all-fields.ts';
import { type EventOf, spawnEventId } from '../../lifecycle/event.ts';
import type { SpawnedChild } from '../../lifecycle/spawn.ts';
import type { WaitRef } from '../../lifecycle/wait.ts';
import { decisionOn, type Guard, outcomeOfCommit } from '../commit-event.ts';
import { positionAt } from '../event-header.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import type { SpawnPart } from '../ports/spawn-part.ts';
import { deliverEach } from './deliver.ts';
import { deliverOwn } from './deliver-outbox.ts';
import type { Delivery } from './delivery.ts';

/** `trace`: the W3C `traceparent` that the children belong to as well. */
export async function spawnChildren(
  orchestrator: Orchestrator,
  ref: WaitRef,
  trace: string | undefined,
): Promise<void> {
  for (;;) {
    const part = await orchestrator.store.nextSpawnPart(ref);
    if (!part) return;
    try {
      await makePart(orchestrator, part, orchestrator.telemetry.traceparent() ?? trace);
      await orchestrator.store.markPartMade(part);
    } catch (error) {
      if (error instanceof ParentEnded) return;
      throw error;
    }
  }
}

/** The parent ended, or was deleted. */
class ParentEnded extends Failure {
  constructor(parent: string) {
    super('precondition', `${parent} ended before all of its children were created`);
    this.name = 'ParentEnded';
  }
}

async function makePart(
  orchestrator: Orchestrator,
  part: SpawnPart,
  trace: string | undefined,
): Promise<void> {
  const requireParent: Guard = (_, { parent }) => {
    if (parent?.state !== 'RUNNING' && parent?.state !== 'WAITING') throw new ParentEnded(part.operation);
  };
  const decisions = part.children.map((child) =>
    decisionOn(orchestrator, creationOf(child, part, trace, orchestrator.now()), requireParent),
  );
  const committed = await orchestrator.telemetry.span('commit spawn', { kind: 'client' }, () =>
    orchestrator.store.commitAll(decisions),
  );
  const deliveries: Delivery[] = [];
  for (const [index, one] of committed.entries()) {
    const decision = decisions[index];
    const outcome = decision && outcomeOfCommit(orchestrator, decision, one);
    if (outcome?.kind === 'applied') deliveries.push(outcome.delivery);
    if (outcome?.kind === 'duplicate' && outcome.mayBeOwn) {
      await deliverOwn(orchestrator, outcome.operation.name);
    }
  }
  await deliverEach(orchestrator, deliveries);
}

function creationOf(
  child: SpawnedChild,
  { operation: parent, waitId }: SpawnPart,
  trace: string | undefined,
  now: number,
): EventOf<'created'> {
  return {
    operation: child.name,
    eventId: spawnEventId(parent, waitId),
    occurTime: now,
    publishTime: now,
    position: positionAt(now),
    attempt: undefined,
    worker: undefined,
    traceparent: trace,
    type: 'created',
    creation: child.creation,
    metadata: child.metadata,
    restart: undefined,
    isOwnWork: undefined,
  } satisfies AllFields<EventOf<'created'>>;
}
