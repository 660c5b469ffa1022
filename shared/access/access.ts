/**
 * Who may do what with which operations: a port of the edge, asked for every call of the Operations API.
 *
 * Without one, every caller that reaches the API may do everything: IAM's invoker role decides which callers do.
 */
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Condition } from '../orchestrator/condition.ts';
import { Failure } from '../orchestrator/ports/failure.ts';

/**
 * `read` sees operations, `act` also creates, cancels and changes them, `administer` also deletes them and changes many
 * at once. Each includes the ones before.
 */
export const ACTIONS = ['read', 'act', 'administer'] as const;
export type Action = (typeof ACTIONS)[number];

/** The account that a checked token names. Every field is absent where a call has no token. */
export interface Caller {
  /** In lower case. */
  readonly email?: string;
  /** The issuer's own id of the account. */
  readonly subject?: string;
}

/** The operation that a call is about. */
export interface AccessedOperation {
  /** undefined for one that is to be created and whose id the service chooses. */
  readonly name: OperationName | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether the call may be made. A condition says so of a call that is about many operations: it then sees, and changes, those
 * that the condition is true of, as if there were no others.
 */
export type Grant = boolean | Condition;

export interface Access {
  /** Whether labels matter, which have to be read from the store; they do where it is absent. */
  readonly looksAtLabels?: boolean;
  /** `operation` is undefined for a call that is about many. */
  authorize(caller: Caller, action: Action, operation: AccessedOperation | undefined): Grant | Promise<Grant>;
}

/** The caller may not do it. The message names nothing that the caller did not name. */
export class AccessDenied extends Failure {
  constructor(action: Action) {
    super('permission', `The caller may not ${action} here.`);
    this.name = 'AccessDenied';
  }
}
