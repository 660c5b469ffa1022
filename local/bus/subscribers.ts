import type { Delivery } from './pending.ts';
import type { Subscriber } from './subscriber.ts';

/** The subscribers of one subscription. They take messages in turns. */
export class Subscribers {
  /** The one whose turn it is comes first. */
  #all: Subscriber[] = [];
  #serving = false;

  add(subscriber: Subscriber): void {
    this.#all.push(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.#all = this.#all.filter((other) => other !== subscriber);
  }

  /** Whether one of them takes messages before they are durable. */
  get isAhead(): boolean {
    return this.#all.some(({ isAhead }) => isAhead);
  }

  /**
   * Lets those that have room take messages, in turns, until no message or no room is left. Returns false if it is at that already.
   *
   * @param take takes messages for a subscriber: none if none is left, or if the next one is not durable and the subscriber is not ahead
   */
  serve(take: (subscriber: Subscriber) => readonly Delivery[]): boolean {
    if (this.#serving) return false;
    this.#serving = true;
    // Once the next message is not durable, only subscribers that are ahead of the disk can take it.
    let aheadOnly = false;
    try {
      for (let subscriber = this.#free(aheadOnly); subscriber; subscriber = this.#free(aheadOnly)) {
        const deliveries = take(subscriber);
        if (deliveries.length > 0) {
          this.#all.push(...this.#all.splice(this.#all.indexOf(subscriber), 1));
          subscriber.accept(deliveries);
        } else if (subscriber.isAhead) {
          break;
        } else {
          aheadOnly = true;
        }
      }
    } finally {
      this.#serving = false;
    }
    return true;
  }

  /** The subscription was deleted. */
  close(): void {
    for (const subscriber of this.#all) subscriber.close();
  }

  #free(aheadOnly: boolean): Subscriber | undefined {
    return this.#all.find(
      (subscriber) =>
        (!aheadOnly || subscriber.isAhead) && subscriber.capacity > 0 && subscriber.byteCapacity > 0,
    );
  }
}
