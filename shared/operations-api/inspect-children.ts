/** The children of one wait, page by page: who they are and what became of them. */
import { isTerminal } from '../lifecycle/operation.ts';
import { isOperationName } from '../lifecycle/operation-name.ts';
import { childNames, type Wait } from '../lifecycle/wait.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { Child, OperationStore } from '../orchestrator/ports/store.ts';
import { int32Parameter, type Query } from './http-query.ts';
import { pageLimit } from './page-limit.ts';

/** Which children are asked for. */
export interface ChildPage {
  readonly size: number;
  /** The key of the last child of the page before. */
  readonly after?: string;
}

const DEFAULT_SIZE = 100;

/** The page that the query asks for; an InvalidInput for a size that is negative (AIP-158). */
export function childPage(query: Query): ChildPage {
  const size = pageLimit(int32Parameter(query, 'pageSize') ?? 0, DEFAULT_SIZE);
  const token = query.get('pageToken');
  if (!token) return { size };
  if (!query.get('waitId')) throw new InvalidInput('waitId', 'is required with pageToken');
  return { size, after: Buffer.from(token, 'base64url').toString() };
}

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
    first: await Promise.all(shown.map((child) => inspectChild(store, nameOf(child.key), child))),
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
