import type { Bus } from '../local/bus/bus.ts';
import type { Delivery } from '../local/bus/pending.ts';
import type { Subscriber } from '../local/bus/subscriber.ts';
import type { SignalReceiver, SignalSource } from '../shared/worker/signal-source.ts';

/** The ack deadline of a held message, in seconds. The lease, not this deadline, detects a crashed worker. */
const HOLD_SECONDS = 600;

/** Signals of a bus in the same process, passed on without a network. */
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
        data,
        attributes,
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
      // Deferred: this may be called while messages are being handed out.
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

  /** Redelivers every message that was handed out and not acknowledged. */
  release(): void {
    // A failed message may be handed out again at once, and is then open again.
    const open = [...this.#open];
    this.#open.clear();
    for (const delivery of open) this.#fail(delivery);
  }

  async stop(): Promise<void> {
    this.#stop();
  }

  async close(): Promise<void> {}
}
