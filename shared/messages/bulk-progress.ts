/** The progress of a call over many operations: its metadata while it runs, and its response at the end. */
import type { lro } from '../../proto/generated/messages.js';
import type { AnyValue } from '../lifecycle/result.ts';
import { schema } from './schema.ts';

export interface BulkProgress {
  readonly filter: string;
  readonly validateOnly: boolean;
  readonly matchedCount: number;
  readonly doneCount: number;
  readonly skippedCount: number;
  readonly failedCount: number;
  readonly problems: readonly BulkProblem[];
  readonly pages: number;
  /** The position of the last operation of the last page: the next page begins after it. Empty before the first page. */
  readonly lastOperation: string;
  readonly lastCreateTimeMs: number;
}

export interface BulkProblem {
  readonly operation: string;
  readonly code: number;
  readonly message: string;
}

const TYPE_NAME = 'lro.v1.BulkProgress';
const TYPE_URL = `type.googleapis.com/${TYPE_NAME}`;

export function newBulkProgress(filter: string, validateOnly: boolean): BulkProgress {
  const counts = { matchedCount: 0, doneCount: 0, skippedCount: 0, failedCount: 0, pages: 0 };
  return { filter, validateOnly, ...counts, problems: [], lastOperation: '', lastCreateTimeMs: 0 };
}

export function encodeBulkProgress(progress: BulkProgress): AnyValue {
  const message: lro.v1.IBulkProgress = { ...progress, problems: [...progress.problems] };
  return { typeUrl: TYPE_URL, value: schema.lookupType(TYPE_NAME).encode(message).finish() };
}

/** Returns undefined for a message of another type. */
export function decodeBulkProgress(any: AnyValue | undefined): BulkProgress | undefined {
  if (any?.typeUrl !== TYPE_URL) return undefined;
  const type = schema.lookupType(TYPE_NAME);
  return type.toObject(type.decode(any.value), { defaults: true, arrays: true }) as BulkProgress;
}
