import { ApiError } from '../api/api-error.ts';
import type { Child, Outcome } from '../api/operation.ts';
import type { OperationsClient } from '../api/operations-client.ts';

export interface ChildPage {
  readonly children: readonly Child[];
  readonly nextPageToken?: string;
}

const PAGE_SIZE = 100;

/** A page of the children of a wait that have the outcome, in the order of the wait. */
export async function childPage(
  client: OperationsClient,
  name: string,
  waitId: string,
  outcome: Outcome | undefined,
  pageToken: string | undefined,
): Promise<ChildPage> {
  try {
    const page = await client.children(name, { waitId, outcome, pageToken, pageSize: PAGE_SIZE });
    return { children: page.children ?? [], nextPageToken: page.nextPageToken };
  } catch (error) {
    if (!(error instanceof ApiError) || (!error.isUnimplemented && error.httpStatus !== 400)) throw error;
    return inspectedPage(client, name, waitId, outcome, pageToken);
  }
}

/** The same of a deployment without `/children`: page after page of all children, until there are enough. */
async function inspectedPage(
  client: OperationsClient,
  name: string,
  waitId: string,
  outcome: Outcome | undefined,
  pageToken: string | undefined,
): Promise<ChildPage> {
  const children: Child[] = [];
  let token = pageToken;
  do {
    const { waits } = await client.inspect(name, { waitId, pageSize: PAGE_SIZE, pageToken: token });
    const page = waits[0]?.children;
    children.push(...(page?.first ?? []).filter((child) => !outcome || child.outcome === outcome));
    token = page?.nextPageToken;
  } while (token !== undefined && children.length < PAGE_SIZE);
  return { children, nextPageToken: token };
}
