/** A signal as Pub/Sub delivers it, and the ways to answer the delivery. */
export interface SignalMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Set if the attempt of the signal was taken with its delivery. */
  readonly taken?: { readonly cancelRequested: boolean };
  ack(): void;
  /** Makes Pub/Sub deliver the message again, to this or another worker, after about `delayMs`. */
  putOff(delayMs: number): void;
  /** Called when the attempt of the message has ended. Not called if the message began no attempt. */
  ended?(): void;
}

/** What a receiver tells a source that can take attempts with the delivery of their signals. */
export interface TakeOffer {
  readonly worker: string;
  /** How many attempts the receiver can begin at once. */
  readonly max: number;
  /** By method: the step that takes the last resort, or `''`. */
  readonly catchPoints: Readonly<Record<string, string>>;
}

export interface SignalReceiver {
  /** Undefined if the receiver takes each attempt by itself. */
  readonly offer?: TakeOffer | undefined;
  /** The number of messages that the receiver can take now. */
  readonly capacity: number;
  receive(message: SignalMessage): void;
  /** Calls back when there is capacity again. */
  onCapacity(listener: () => void): void;
}

/** The port from which a worker receives signals. */
export interface SignalSource {
  /** Begins to deliver. Rejects if the subscription is not usable, or if its filter hides a method. */
  start(receiver: SignalReceiver, methods: readonly string[]): Promise<void>;
  /** Stops delivering. Messages that were delivered can still be acknowledged. */
  stop(): Promise<void>;
  /** Resolves once every acknowledgement is sent. */
  close(): Promise<void>;
}
