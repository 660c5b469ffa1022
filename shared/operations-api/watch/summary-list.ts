/** ListOperations with `view=SUMMARY` or `view=FULL`. */
import type { JsonObject } from '../../messages/json-value.ts';
import type { Orchestrator } from '../../orchestrator/orchestrator.ts';
import { Failure, InvalidInput } from '../../orchestrator/ports/failure.ts';
import type { ListedSummary, OperationOverview } from '../../orchestrator/ports/overview.ts';
import { parseFilter } from '../filter/filter.ts';
import { int32Parameter } from '../http-query.ts';
import { bothOf } from '../list-request.ts';
import type { ApiCall } from '../methods/method.ts';
import { pageLimit } from '../page-limit.ts';
import { summaryToJson, type View, withPayloads } from './summary.ts';

const DEFAULT_PAGE_SIZE = 50;
/** Operations may be several MB each, so few are read at a time where their payloads are answered. */
const MAX_FULL = 64;
/** A page with payloads ends early once it holds this many bytes: a function answers up to 32 MiB. */
const MAX_PAGE_BYTES = 3 * 1024 * 1024;

export async function answerSummaries(
  { orchestrator, settings, query, visible }: ApiCall,
  view: View,
): Promise<JsonObject> {
  const isFull = view === 'FULL';
  const filter = query.get('filter') ?? '';
  const asked = pageLimit(int32Parameter(query, 'pageSize') ?? 0, DEFAULT_PAGE_SIZE);
  const limit = isFull ? Math.min(asked, MAX_FULL) : asked;
  const skip = int32Parameter(query, 'skip') ?? 0;
  if (skip < 0) throw new InvalidInput('skip', 'must not be negative');
  const token = query.get('pageToken');
  const found = await overviewOf(orchestrator).list({
    condition: bothOf(visible, parseFilter(filter)),
    after: token ? settings.pageTokens.decode(token, filter) : undefined,
    // Reads one more operation than requested, to know whether more follow.
    limit: limit + 1,
    skip,
  });
  const { redaction } = orchestrator.policy;
  const toJson = (one: ListedSummary) =>
    isFull ? withPayloads(one, one.view) : summaryToJson(one, redaction);
  const shown = isFull ? fitting(found.slice(0, limit)) : found.slice(0, limit);
  const last = shown.at(-1);
  return {
    operations: shown.length > 0 ? shown.map(toJson) : undefined,
    nextPageToken: found.length > shown.length && last ? settings.pageTokens.encode(last, filter) : undefined,
  };
}

/** At least one, however large it is. */
function fitting(found: readonly ListedSummary[]): readonly ListedSummary[] {
  let bytes = 0;
  const end = found.findIndex((one, index) => {
    bytes += one.bytes;
    return index > 0 && bytes > MAX_PAGE_BYTES;
  });
  return end === -1 ? found : found.slice(0, end);
}

export function overviewOf({ overview }: Orchestrator): OperationOverview {
  if (!overview) throw new Failure('unimplemented', 'This deployment has no summaries of operations.');
  return overview;
}
