/** Calls over all operations that a filter matches. */
import type { HttpApi } from './http-api.ts';
import { type OperationResource, operationResource, type WireOperation } from './operation-resource.ts';

/** What {@link Operations.bulk} does with each operation that matches. */
export type BulkAction = 'cancel' | 'rerun' | 'delete';

/** The options of {@link Operations.bulk}. */
export interface BulkOptions {
  /** By AIP-160; must not be empty. */
  filter: string;
  /** The same request id gives the same operation (AIP-155). */
  requestId?: string;
  /** Counts what matches, and changes nothing. */
  validateOnly?: boolean;
  /** Of `rerun` only; RESUME_POINT where absent. */
  from?: 'START' | 'RESUME_POINT';
  /** Of `rerun` only. */
  failedChildrenOnly?: boolean;
}

export async function bulk(
  api: HttpApi,
  action: BulkAction,
  { requestId = crypto.randomUUID(), ...options }: BulkOptions,
): Promise<OperationResource> {
  const body = { requestId, ...options };
  return operationResource(
    await api.call<WireOperation>('POST', `/v1/operations:${action}`, body, { idempotent: true }),
  );
}
