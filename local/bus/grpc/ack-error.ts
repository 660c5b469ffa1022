import type { ServiceError } from '@grpc/grpc-js';
import { errorInfo } from '../../../shared/operations-api/error-details.ts';
import { statusError } from '../../../shared/operations-api/grpc-error.ts';
import { Failure } from '../../../shared/orchestrator/ports/failure.ts';

/** Ack ids that no longer count, in a subscription with exactly-once delivery. */
export class OutdatedAckIds extends Failure {
  readonly ackIds: readonly string[];

  constructor(ackIds: readonly string[]) {
    super('precondition', 'Some ack ids have expired, or were acknowledged before.');
    this.name = 'OutdatedAckIds';
    this.ackIds = ackIds;
  }
}

/**
 * Returns the error with the outcome of each id, in the form that client libraries read.
 * https://cloud.google.com/pubsub/docs/exactly-once-delivery#handling_failures
 */
export function ackError(error: unknown): ServiceError | undefined {
  if (!(error instanceof OutdatedAckIds)) return undefined;
  const outcomes = error.ackIds.map((ackId) => [ackId, 'PERMANENT_FAILURE_INVALID_ACK_ID'] as const);
  const details = [errorInfo('EXACTLY_ONCE_ACKID_FAILURE', Object.fromEntries(outcomes))];
  return statusError({ code: error.code, message: error.message, details });
}
