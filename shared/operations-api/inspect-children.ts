/** The children of one wait, page by page: who they are and what became of them. */
import pMap from 'p-map';
import { isTerminal } from '../lifecycle/operation.ts';
import { isOperationName } from '../lifecycle/operation-name.ts';
import { childNames, type Wait } from '../lifecycle/wait.ts';
import type { JsonObject } from '../messages/json-value.ts';
import type { Child, OperationStore } from '../orchestrator/ports/store.ts';

/** Which children are asked for. */
export interface ChildPage {
  readonly size: number;
  /** The key of the last child of the page before. */
  readonly after?: string;
}

/** How many operations are read at once, for their errors. */
const CONCURRENCY = { concurrency: 8 };

export async function inspectChildren(
  store: OperationStore,
  wait: Wait,
  page: ChildPage,
): Promise<JsonObject> {
  const [counts, found] = await Promise.all([
    store.outcomeCounts(wait),
    // One more than is shown tells whether there are more.
    store.children(wait, page.size + 1, page.after),
  ]);
  const shown = found.slice(0, page.size);
  const last = shown.at(-1);
  const nameOf = childNames(wait);
  return {
    counts: { ...counts },
    first: await pMap(shown, (child) => inspectChild(store, nameOf(child.key), child), CONCURRENCY),
    ...(found.length > shown.length &&
      last && { nextPageToken: Buffer.from(last.key).toString('base64url') }),
  };
}

async function inspectChild(store: OperationStore, name: string, { key, outcome }: Child) {
  const shown: JsonObject = { name, outcome };
  if (outcome !== 'FAILED' || !isOperationName(key)) return shown;
  const operation = await store.operation(key);
  if (!operation || !isTerminal(operation) || operation.state === 'SUCCEEDED') return shown;
  const { code, message } = operation.error;
  return { ...shown, error: { code, message } };
}
