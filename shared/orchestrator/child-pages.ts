import type { Wait } from '../lifecycle/wait.ts';
import type { OperationStore } from './ports/store.ts';
import type { ChildrenPage, ListedChild } from './ports/wait-children.ts';

/** Reads all children of a wait, page by page. A page ends early if the results of its children are large. */
export async function* childPages(
  store: OperationStore,
  wait: Wait,
  limits: Pick<ChildrenPage, 'limit' | 'maxBytes'>,
): AsyncGenerator<readonly ListedChild[]> {
  for (let from = 0; from < wait.childCount; ) {
    const page = (await store.listChildren(wait, { from, ...limits })) ?? [];
    const last = page.at(-1);
    if (!last) return;
    yield page;
    from = last.position + 1;
  }
}
