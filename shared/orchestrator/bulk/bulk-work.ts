/** What an operation over many operations does with each of them, and which those are. */
import type { AnyValue } from '../../lifecycle/result.ts';
import type { Condition } from '../condition.ts';

export const BULK_KINDS = ['cancel', 'rerun', 'delete'] as const;
export type BulkKind = (typeof BULK_KINDS)[number];

export interface BulkWork {
  readonly kind: BulkKind;
  readonly condition: Condition;
  readonly validateOnly: boolean;
  /** For `rerun`. */
  readonly from: 'START' | 'RESUME_POINT';
  readonly failedChildrenOnly: boolean;
}

/** The method of an operation of this kind: `lro.v1.Bulk.Cancel`. */
export function bulkMethod(kind: BulkKind): string {
  return `${BULK_METHOD_PREFIX}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** No operation of this kind is hit by another one. */
export const BULK_METHOD_PREFIX = 'lro.v1.Bulk.';

const TYPE_URL = 'type.googleapis.com/lro.v1.BulkWork';

/** The input of the operation, which no one outside reads. Conditions are the orchestrator's own and have no other form than JSON. */
export function encodeBulkWork(work: BulkWork): AnyValue {
  return { typeUrl: TYPE_URL, value: Buffer.from(JSON.stringify(work)) };
}

/** @throws SyntaxError for the input of an operation that this orchestrator did not make */
export function decodeBulkWork(input: AnyValue | undefined): BulkWork {
  const bytes = input?.value ?? new Uint8Array();
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as BulkWork;
}
