import type { OperationName } from '../lifecycle/operation-name.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import type { PayloadRules } from './payload.ts';

/** The rules and limits with which an event is read. */
export interface EventContext {
  readonly operation: OperationName;
  /** Milliseconds since the epoch. The deadlines of the event count from it. */
  readonly publishTime: number;
  readonly hosts: AllowedHosts;
  readonly payloads: PayloadRules;
}
