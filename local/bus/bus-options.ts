import type { Clock } from '../../executor/clock.ts';
import type { BusReport } from './report.ts';
import type { BusStorage } from './storage.ts';

export interface BusOptions {
  readonly clock?: Clock;
  /** In memory if absent. */
  readonly storage?: BusStorage;
  readonly report?: BusReport;
  /** The project in the names that pushed messages contain. `local` if absent. */
  readonly project?: string;
}

export interface PullOptions {
  readonly maxMessages: number;
  /** How long to wait for the first message. No wait if absent. */
  readonly waitMs?: number;
  /** Ends the wait. The pull then returns no messages. */
  readonly signal?: AbortSignal;
}

export interface ConsumeOptions {
  /** The largest number of messages that the handler has at the same time. Default: 1,000. */
  readonly maxOutstanding?: number;
  /**
   * Whether the handler is ahead of the disk: it takes messages before they are durable, for a limited part of each turn of the event
   * loop. Its results must not leave the process before the messages are durable. Default: false.
   */
  readonly isAhead?: () => boolean;
}
