import { Failure } from '../../shared/orchestrator/ports/failure.ts';

/**
 * The transaction that a call has read, or built on, was rolled back. The cause is of another task or of the disk, so a repetition
 * of the call may succeed whatever the kind of the cause is.
 */
export class RolledBack extends Failure {
  constructor(cause?: Failure) {
    const reason = cause ? cause.message : 'SQLite rolled it back because of an error';
    super('unavailable', `The open transaction was rolled back: ${reason}`, { cause, fault: 'deployment' });
    this.name = 'RolledBack';
  }
}
