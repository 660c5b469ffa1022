import { OperationError, type Status } from '../client/operation-error.ts';

/** Why a `catch` step runs. TRIES: an error that allows no further try. */
export type FailureReason = 'CHILDREN' | 'DEADLINE' | 'CANCEL' | 'TRIES';

const BRAND = Symbol.for('lro-orchestrator.Failure');

/** The type of `op.failure`. A step that throws it ends the operation with this error. */
export class Failure extends OperationError {
  /** What went wrong: the children, a deadline, a cancel, or the last try. */
  readonly reason: FailureReason;

  constructor(reason: FailureReason, { code, message, details }: Status) {
    super(code, message, { details: details as readonly object[] });
    this.name = 'Failure';
    this.reason = reason;
  }

  /** @internal */
  get [BRAND](): true {
    return true;
  }
}

export function isFailure(error: unknown): error is Failure {
  return typeof error === 'object' && error !== null && BRAND in error;
}

export function cancelFailure(): Failure {
  const message = 'The operation was asked to stop.';
  return new Failure('CANCEL', { code: 'CANCELLED', message, details: [] });
}
