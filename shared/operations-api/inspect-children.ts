/** Lists the children of one wait, page by page: their names and outcomes. */
import { childNames, type Wait } from '../lifecycle/wait.ts';
import type { JsonObject } from '../messages/json-value.ts';
import type { Redaction } from '../messages/redaction.ts';
import type { OperationStore } from '../orchestrator/ports/store.ts';
import type { ListedChild } from '../orchestrator/ports/wait-children.ts';
import type { InspectedWait } from '../orchestrator/ports/waits.ts';
import { continuedAt, positionToken, requireSameList } from './position-token.ts';
import { presentState } from './present-state.ts';

/** The requested children. */
export interface ChildPage {
  readonly size: number;
  /** The page token of the previous page. */
  readonly token?: string;
}

/** The limit of all results on one page, in bytes. Only the errors of the results are shown. */
const MAX_RESULT_BYTES = 1024 * 1024;

export async function inspectChildren(
  store: OperationStore,
  { wait, counts }: InspectedWait,
  { size, token }: ChildPage,
  redaction: Redaction,
): Promise<JsonObject> {
  const { place, list } = continuedAt(token);
  const listed = ['inspected children', wait.operation, wait.waitId];
  requireSameList(list, listed);
  const shown =
    (await store.listChildren(wait, { from: place, limit: size, maxBytes: MAX_RESULT_BYTES })) ?? [];
  const next = (shown.at(-1)?.position ?? wait.childCount) + 1;
  const nameOf = childNames(wait);
  return {
    counts: { ...counts },
    first: shown.map((child) => inspectChild(nameOf(child.key), child, wait, redaction)),
    nextPageToken: next < wait.childCount ? positionToken(next, listed) : undefined,
  };
}

function inspectChild(name: string, child: ListedChild, { end }: Wait, redaction: Redaction) {
  const { outcome, spawnKey, operation, result } = child;
  const timedOut = outcome === 'PENDING' && end?.kind === 'RESUMED' && end.cause === 'DEADLINE';
  const failed =
    outcome === 'FAILED'
      ? (operation?.error ?? (result && 'error' in result ? result.error : undefined))
      : undefined;
  return {
    name,
    outcome: timedOut ? 'TIMED_OUT' : outcome,
    presentState: presentState(child),
    key: spawnKey,
    error: failed && redaction.error({ code: failed.code, message: failed.message }, operation?.method),
  };
}
