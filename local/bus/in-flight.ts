import { randomUUID } from 'node:crypto';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import type { Delivery, Pending } from './pending.ts';
import type { Schedule } from './schedule.ts';

/** An id of a subscription in this process, because serial numbers start at 1 in each process, and the serial number. */
const ACK_ID = /^[0-9a-f-]{36}:\d+$/;

/**
 * The deliveries of one subscription that are under way, with their ack ids and deadlines.
 *
 * Invariant: a message has at most one delivery under way. An earlier one can neither be found nor ended.
 */
export class InFlight {
  readonly #schedule: Schedule;
  readonly #expired: (delivery: Delivery) => void;
  readonly #deliveries = new Map<number, Delivery>();
  readonly #ackIdPrefix = `${randomUUID()}:`;
  #serial = 0;

  /** @param expired called when the deadline of a delivery has passed */
  constructor(schedule: Schedule, expired: (delivery: Delivery) => void) {
    this.#schedule = schedule;
    this.#expired = expired;
  }

  get count(): number {
    return this.#deliveries.size;
  }

  /** A copy, because the caller may end the deliveries. */
  get all(): readonly Delivery[] {
    return [...this.#deliveries.values()];
  }

  ackId({ serial }: Delivery): string {
    return `${this.#ackIdPrefix}${serial}`;
  }

  /** Returns the delivery with this ack id, or undefined if it has ended. @throws InvalidInput if it is not an ack id */
  find(ackId: string): Delivery | undefined {
    if (!ACK_ID.test(ackId)) throw new InvalidInput('ackIds', 'must be ids that a pull returned');
    if (!ackId.startsWith(this.#ackIdPrefix)) return undefined;
    return this.#deliveries.get(Number(ackId.slice(this.#ackIdPrefix.length)));
  }

  /** Begins a delivery. `deadline`: in milliseconds since the epoch. */
  begin(pending: Pending, deadline: number): Delivery {
    pending.attempts++;
    const serial = ++this.#serial;
    const delivery: Delivery = {
      serial,
      pending,
      alarm: this.#schedule.at(deadline, () => this.#expired(delivery)),
      onEnd: undefined,
    };
    pending.delivery = delivery;
    this.#deliveries.set(serial, delivery);
    return delivery;
  }

  /** Sets the deadline to `seconds` from now. */
  extend(delivery: Delivery, seconds: number): void {
    if (delivery.pending.delivery !== delivery) return;
    this.#schedule.cancel(delivery.alarm);
    delivery.alarm = this.#schedule.after(seconds * 1_000, () => this.#expired(delivery));
  }

  /** Returns false if the delivery has already ended, and the message is elsewhere. */
  end(delivery: Delivery): boolean {
    if (delivery.pending.delivery !== delivery) return false;
    delivery.pending.delivery = undefined;
    this.#deliveries.delete(delivery.serial);
    this.#schedule.cancel(delivery.alarm);
    delivery.onEnd?.();
    return true;
  }

  endAll(): void {
    for (const delivery of this.all) this.end(delivery);
  }
}
