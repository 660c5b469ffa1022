import type { Child, Outcome } from '../api/operation.ts';
import type { OperationsClient } from '../api/operations-client.ts';

export interface ChildPage {
  readonly children: readonly Child[];
  readonly nextPageToken?: string;
}

const PAGE_SIZE = 100;

/** Reads a page of the children of a wait with the given outcome, in the order of the wait. */
export async function childPage(
  client: OperationsClient,
  name: string,
  waitId: string,
  outcome: Outcome | undefined,
  pageToken: string | undefined,
): Promise<ChildPage> {
  const page = await client.children(name, { waitId, outcome, pageToken, pageSize: PAGE_SIZE });
  return { children: page.children ?? [], nextPageToken: page.nextPageToken };
}
