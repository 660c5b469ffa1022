/** What the store lists, and from where. */
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { OperationView } from '../../messages/operation.ts';
import type { Condition } from '../condition.ts';

/**
 * The position of an operation in a list: newest first, and by name within one millisecond. A page begins after the
 * last position of the previous page, so operations that are added or removed meanwhile do not move others across
 * pages.
 */
export interface ListPosition {
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  readonly name: OperationName;
}

export interface ListQuery {
  readonly condition: Condition;
  /** The list begins after this position. */
  readonly after?: ListPosition;
  readonly limit: number;
}

export interface ListedOperation extends ListPosition {
  readonly view: OperationView;
  /** The bytes of the google.longrunning.Operation. */
  readonly bytes: number;
}
