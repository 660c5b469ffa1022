import { LostTransaction } from './thread/lost-transaction.ts';

/**
 * The deferred rows of the open transaction cannot be written. They may be of any of its tasks, so the call that causes the
 * write, such as a read of these rows, is not at fault.
 */
export class UnwrittenRows extends Error {
  /** SQLite's result code. */
  readonly code: string | undefined;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'UnwrittenRows';
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  }
}

/** @throws UnwrittenRows if `write` throws */
export function writeDeferred(write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new UnwrittenRows(error);
  }
}

/** Whether a statement of a task failed, and not the beginning or the commit of the transaction. */
export function isOfStatement(error: unknown): boolean {
  const lost = error instanceof UnwrittenRows ? error.cause : error;
  return lost instanceof LostTransaction && lost.stage === 'statement';
}
