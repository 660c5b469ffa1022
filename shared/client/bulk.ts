/** Calls over all operations that a filter matches. */
/** What {@link Operations.bulk} does with each operation that matches. */
export type BulkAction = 'cancel' | 'rerun' | 'delete';

/** The options of {@link Operations.bulk}. */
export interface BulkOptions {
  /** By AIP-160; must not be empty. */
  filter: string;
  /** The same request id gives the same operation (AIP-155). */
  requestId?: string | undefined;
  /** Counts what matches, and changes nothing. */
  validateOnly?: boolean | undefined;
  /** Of `rerun` only; RESUME_POINT where absent. */
  from?: 'START' | 'RESUME_POINT' | undefined;
  /** Of `rerun` only. */
  failedChildrenOnly?: boolean | undefined;
}
