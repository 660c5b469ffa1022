import type { Clock } from '../../executor/clock.ts';
import type { BusMessage } from './message.ts';
import type { BusReport } from './report.ts';
import type { Schedule } from './schedule.ts';
import type { BusStorage } from './storage.ts';
import type { SubscriptionConfig } from './subscription-config.ts';

/** What all subscriptions of a bus share. */
export interface SubscriptionSurroundings {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly storage: BusStorage;
  readonly report: BusReport;
  /** Publishes a message to the dead-letter topic of the subscription, after its last attempt. */
  forward(from: SubscriptionConfig, message: BusMessage, attempts: number): Promise<void>;
}
