import type { Effect } from '../../lifecycle/effect.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import type { Policy } from '../orchestrator.ts';

/**
 * Effects that the call that commits them leaves in the outbox. Without push, the workflow ends the wait. A completion
 * waits briefly for `created`, which brings the method and the parent that subscribers filter by, and is then published.
 * `sweep` carries out whichever is left when it is due.
 */
export function isHeldBack(
  { policy }: { readonly policy: Policy },
  { creation }: Operation,
  { kind }: Effect,
): boolean {
  return (kind === 'settleWait' && !policy.push) || (kind === 'publishCompletion' && creation === undefined);
}
