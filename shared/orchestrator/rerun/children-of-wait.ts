import type { Wait } from '../../lifecycle/wait.ts';
import { childPages } from '../child-pages.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { ListedChild } from '../ports/wait-children.ts';

/** The store reads the results of children of this deployment as well, although they are not returned. */
const PAGE = { limit: 1_000, maxBytes: 4 * 1024 * 1024 };

/** Reads all children of a wait. Leaves out `operation` of each child, which may be large. */
export async function childrenOfWait({ store }: Orchestrator, wait: Wait): Promise<readonly ListedChild[]> {
  const listed: ListedChild[] = [];
  for await (const page of childPages(store, wait, PAGE)) {
    for (const child of page) listed.push({ ...child, operation: undefined });
  }
  return listed;
}
