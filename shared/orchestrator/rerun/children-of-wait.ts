import type { Wait } from '../../lifecycle/wait.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { ChildrenPage, ListedChild } from '../ports/wait-children.ts';

export interface ChildrenOfWait {
  readonly listed: readonly ListedChild[];
  /** In the order of the wait. */
  readonly childKeys: readonly string[];
  /** From a child's `key` to its `spawnKey`, for the children that the wait spawned. */
  readonly spawnKeys: ReadonlyMap<string, string>;
}

const PAGE = 1_000;
/** The store reads the results of children of this deployment as well, although they are not returned. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** Reads all children of a wait, page by page. Leaves out `operation` of each child, which may be large. */
export async function childrenOfWait(
  { store }: Orchestrator,
  wait: Wait,
  outcome?: ChildrenPage['outcome'],
): Promise<ChildrenOfWait> {
  const listed: ListedChild[] = [];
  for (let from = 0; from < wait.childCount; ) {
    const page = { from, limit: PAGE, outcome, maxBytes: MAX_PAGE_BYTES };
    const found = (await store.listChildren(wait, page)) ?? [];
    for (const child of found) listed.push({ ...child, operation: undefined });
    const last = found.at(-1);
    if (!last) break;
    from = last.position + 1;
  }
  return {
    listed,
    childKeys: listed.map(({ key }) => key),
    spawnKeys: new Map(
      listed.flatMap(({ key, spawnKey }) => (spawnKey === undefined ? [] : [[key, spawnKey] as const])),
    ),
  };
}
