/**
 * Access: decides who may do what with which operations. A port that the edge asks for every call of the Operations
 * API.
 *
 * Without it, every caller that reaches the API may do everything, and IAM's invoker role decides which callers reach
 * it.
 */
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Condition } from '../orchestrator/condition.ts';
import { Failure } from '../orchestrator/ports/failure.ts';

/**
 * `read` sees operations. `act` also creates, cancels and changes them. `administer` also deletes them and changes many
 * at once. Each includes the ones before it.
 */
export const ACTIONS = ['read', 'act', 'administer'] as const;
export type Action = (typeof ACTIONS)[number];

/** The account that a verified token names. Every field is absent for a call without a token. */
export interface Caller {
  /** In lower case. */
  readonly email?: string;
  /** The issuer's own id of the account. */
  readonly subject?: string;
}

/** The operation that a call is about. */
export interface AccessedOperation {
  /** undefined if the call creates an operation and the service chooses its id. */
  readonly name: OperationName | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether the call may be made. For a call about many operations the answer can be a condition: the call then sees, and
 * changes, only the operations that satisfy the condition.
 */
export type Grant = boolean | Condition;

export interface Access {
  /** Whether the decision needs labels, which have to be read from the store. True if absent. */
  readonly looksAtLabels?: boolean;
  /** `operation` is undefined for a call about many operations. */
  authorize(caller: Caller, action: Action, operation: AccessedOperation | undefined): Grant | Promise<Grant>;
}

/** The caller may not make this call. The message names nothing that the caller did not name. */
export class AccessDenied extends Failure {
  constructor(action: Action) {
    super('permission', `The caller may not ${action} here.`);
    this.name = 'AccessDenied';
  }
}
