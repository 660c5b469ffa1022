import { isOperationName } from '../lifecycle/operation-name.ts';
import type { WaitRef } from '../lifecycle/wait.ts';
import { eachPage } from './each-page.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Child } from './ports/store.ts';

const PAGE = 500;

/**
 * Gives the children that nobody ever created the outcome NOT_FOUND: the deadline ends the wait, and until then they might
 * have come. Only those that are pending are looked for.
 */
export async function noteMissingChildren({ store }: Orchestrator, ref: WaitRef): Promise<void> {
  await eachPage(
    PAGE,
    (limit, last?: Child) => store.children(ref, limit, last?.key),
    async (children) => {
      const pending = children.filter(({ outcome }) => outcome === 'PENDING').map(({ key }) => key);
      const own = pending.filter(isOperationName);
      const found = await Promise.all(own.map((name) => store.operation(name)));
      const missing = own.filter((_, index) => !found[index]);
      if (missing.length === 0) return;
      await store.recordOutcomes(
        ref,
        missing.map((key) => ({ key, outcome: 'NOT_FOUND' })),
      );
    },
  );
}
