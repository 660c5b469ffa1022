/** The input of a bulk operation: which operations it changes, and how. */
import type { AnyValue } from '../../lifecycle/result.ts';
import { fromJsonBytes, jsonBytes } from '../../messages/json-bytes.ts';
import type { Condition } from '../condition.ts';

export const BULK_KINDS = ['cancel', 'rerun', 'delete'] as const;
export type BulkKind = (typeof BULK_KINDS)[number];

export interface BulkWork {
  readonly kind: BulkKind;
  readonly condition: Condition;
  readonly validateOnly: boolean;
  /** `from` and `failedChildrenOnly` apply to `rerun` only. */
  readonly from: 'START' | 'RESUME_POINT';
  readonly failedChildrenOnly: boolean;
}

/** The method of a bulk operation of this kind, for example `lro.v1.Bulk.Cancel`. */
export function bulkMethod(kind: BulkKind): string {
  return `${BULK_METHOD_PREFIX}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** All methods of bulk operations begin with it. A bulk operation never changes another bulk operation. */
export const BULK_METHOD_PREFIX = 'lro.v1.Bulk.';

const TYPE_URL = 'type.googleapis.com/lro.v1.BulkWork';

/** Encodes the input of a bulk operation. Only the orchestrator reads it, so its format is JSON and has no `.proto` message. */
export function encodeBulkWork(work: BulkWork): AnyValue {
  return { typeUrl: TYPE_URL, value: jsonBytes(work) };
}

/** @throws SyntaxError for the input of an operation that this orchestrator did not make */
export function decodeBulkWork(input: AnyValue | undefined): BulkWork {
  return fromJsonBytes(input?.value ?? new Uint8Array()) as BulkWork;
}
