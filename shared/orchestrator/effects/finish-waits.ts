/** Settles the waits of an ended operation that its terminal commit could not hold. */

import type { AllFields } from '../../lifecycle/all-fields.ts';
import { childOutcomeOf } from '../../lifecycle/child-outcome.ts';
import type { Effect } from '../../lifecycle/effect.ts';
import { isActive } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { Change } from '../ports/commit.ts';
import { deliver } from './deliver.ts';
import { isHeldBack } from './held-back.ts';

/** How long this call has to settle the waits of one batch before another call may take over, in milliseconds. */
const SETTLING_GRACE_MS = 30_000;

/** Gives the operation's outcome to the remaining waits, a batch at a time, and settles each of them. */
export async function finishWaits(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  const { store, now } = orchestrator;
  for (;;) {
    const { snapshot, change } = await store.commit(
      { operation: name, waits: true },
      ({ operation, waits }): Change | undefined => {
        if (!operation || isActive(operation) || waits.length === 0) return undefined;
        return {
          operation,
          history: undefined,
          begun: undefined,
          ended: undefined,
          finished: { waits, outcome: childOutcomeOf(operation.state) },
          notified: undefined,
          taken: undefined,
          effects: waits.map((parent): Effect => ({ kind: 'settleWait', parent })),
          effectsDue: now() + SETTLING_GRACE_MS,
        } satisfies AllFields<Change>;
      },
    );
    if (change) {
      const { operation } = change;
      const effects = change.effects
        .filter((effect) => !isHeldBack(orchestrator, operation, effect))
        .map((effect) => ({ effect, attempts: 0 }));
      await deliver(orchestrator, { operation, effects });
    }
    if (!snapshot.moreWaits) return;
  }
}
