import type { BusMessage } from './message.ts';
import type { OrderingLane } from './ordering-lane.ts';
import type { Alarm } from './schedule.ts';

/** A message that one subscription has still to get acknowledged. */
export interface Pending {
  readonly message: BusMessage;
  /** Where the messages of its ordering key queue; only in a subscription that keeps order. */
  readonly lane: OrderingLane<Pending> | undefined;
  /** How often it was delivered. */
  attempts: number;
  /** The delivery that may acknowledge it. A former one may not: its deadline has passed. */
  delivery: Delivery | undefined;
}

/** One attempt to deliver a message, from handing it over to its acknowledgement, refusal or deadline. */
export interface Delivery {
  readonly serial: number;
  readonly pending: Pending;
  /** The ack deadline. */
  alarm: Alarm;
  /** Told when the deadline passed, or when the delivery counts no more for another reason. */
  onEnd: (() => void) | undefined;
}
