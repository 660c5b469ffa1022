import { isOperationName } from '../lifecycle/operation-name.ts';
import type { WaitRef } from '../lifecycle/wait.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Child } from './store.ts';

const PAGE = 500;

/**
 * Gives the children that nobody ever created the outcome NOT_FOUND: the deadline ends the wait, and until then they might
 * have come. Only those that are pending are looked for.
 */
export async function noteMissingChildren({ store }: Orchestrator, ref: WaitRef): Promise<void> {
  for (let after: string | undefined; ; ) {
    const children = await store.children(ref, PAGE, after);
    const missing = await Promise.all(
      children.map(async ({ key, outcome }) =>
        outcome === 'PENDING' && isOperationName(key) && !(await store.operation(key)) ? [notFound(key)] : [],
      ),
    );
    if (missing.some(({ length }) => length > 0)) await store.recordOutcomes(ref, missing.flat());
    if (children.length < PAGE) return;
    after = children.at(-1)?.key;
  }
}

export function notFound(key: string): Child {
  return { key, outcome: 'NOT_FOUND' };
}
