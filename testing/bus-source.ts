import type { Bus } from '../local/bus/bus.ts';
import type { Delivery } from '../local/bus/pending.ts';
import type { Subscriber } from '../local/bus/subscriber.ts';
import type { SignalReceiver, SignalSource } from '../shared/worker/signal-source.ts';

/** What a held message's ack deadline is moved to, in seconds: a worker that crashes is noticed by its lease, not by this. */
const HOLD_SECONDS = 600;

/** Signals of a bus in the same process, handed over as they are. */
export class BusSource implements SignalSource {
  readonly #bus: Bus;
  readonly #subscription: string;
  #stop = () => {};
  readonly #open = new Set<Delivery>();
  #fail: (delivery: Delivery) => void = () => {};

  constructor(bus: Bus, subscription: string) {
    this.#bus = bus;
    this.#subscription = subscription;
  }

  async start(receiver: SignalReceiver): Promise<void> {
    const subscription = this.#bus.registry.subscription(this.#subscription);
    let stopped = false;
    const accept = (delivery: Delivery) => {
      const { data, attributes } = delivery.pending.message;
      subscription.extend(delivery, HOLD_SECONDS);
      this.#open.add(delivery);
      receiver.receive({
        ...{ data, attributes },
        ack: () => {
          this.#open.delete(delivery);
          subscription.acknowledge(delivery);
        },
        putOff: (delayMs) => {
          this.#open.delete(delivery);
          if (delayMs > 0) subscription.extend(delivery, Math.ceil(delayMs / 1_000));
          else this.#fail(delivery);
        },
      });
    };
    this.#fail = (delivery) => {
      subscription.fail(delivery);
      // Not at once: this may be called while messages are handed out.
      setImmediate(() => subscription.pump());
    };
    const subscriber: Subscriber = {
      countOfKey: Number.POSITIVE_INFINITY,
      byteCapacity: Number.POSITIVE_INFINITY,
      get capacity() {
        return stopped ? 0 : receiver.capacity;
      },
      accept: (deliveries) => deliveries.forEach(accept),
      close: () => {
        stopped = true;
      },
    };
    receiver.onCapacity(() => {
      if (!stopped) subscription.pump();
    });
    subscription.attach(subscriber);
    this.#stop = () => {
      stopped = true;
      subscription.detach(subscriber);
    };
  }

  /** Has all that was handed out and not acknowledged delivered again. */
  release(): void {
    for (const delivery of this.#open) this.#fail(delivery);
    this.#open.clear();
  }

  async stop(): Promise<void> {
    this.#stop();
  }

  async close(): Promise<void> {}
}
