import type { BusMessage } from './message.ts';
import type { OrderingLane } from './ordering-lane.ts';
import type { Alarm } from './schedule.ts';

/** A message that one subscription has not acknowledged yet. */
export interface Pending {
  readonly message: BusMessage;
  /** The lane of the message's ordering key. Only in a subscription with ordering. */
  readonly lane: OrderingLane<Pending> | undefined;
  /** The number of deliveries. */
  attempts: number;
  /** The delivery that may acknowledge the message. An earlier one may not, because its deadline has passed. */
  delivery: Delivery | undefined;
}

/** One attempt to deliver a message, until its acknowledgement, refusal or deadline. */
export interface Delivery {
  readonly serial: number;
  readonly pending: Pending;
  /** The alarm of the ack deadline. */
  alarm: Alarm;
  /** Called when the delivery ends: by its deadline, an acknowledgement, a refusal, or a seek. */
  onEnd: (() => void) | undefined;
}
