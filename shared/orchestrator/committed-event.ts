import type { Operation } from '../lifecycle/operation.ts';
import type { IgnoredReason } from '../lifecycle/outcome.ts';
import type { Delivery } from './effects/delivery.ts';

/**
 * What came of one event. `applied`: it changed the operation, and `delivery` has the effects to carry out. `duplicate` with `mayBeOwn`: this
 * call may have committed the event itself, so that nothing else carries out its effects soon.
 */
export type CommittedEvent =
  | { readonly kind: 'applied'; readonly operation: Operation; readonly delivery: Delivery }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason; readonly operation?: Operation }
  | { readonly kind: 'duplicate'; readonly operation: Operation; readonly mayBeOwn: boolean };
