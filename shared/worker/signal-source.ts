/** A signal as Pub/Sub delivers it, and the ways to answer the delivery. */
export interface SignalMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  ack(): void;
  /** Makes Pub/Sub deliver the message again, to this or another worker, after about `delayMs`. */
  putOff(delayMs: number): void;
  /** Called when the attempt of the message has ended. Not called if the message began no attempt. */
  ended?(): void;
}

export interface SignalReceiver {
  /** The number of messages that the receiver can take now. */
  readonly capacity: number;
  receive(message: SignalMessage): void;
  /** Calls back when there is capacity again. */
  onCapacity(listener: () => void): void;
}

/** The limits of one try to connect. */
export interface ConnectLimits {
  readonly timeoutMs: number;
  /** Once it is aborted, the try has no effect. */
  readonly signal: AbortSignal;
}

/** The port from which a worker receives signals. */
export interface SignalSource {
  /**
   * Begins to deliver. Rejects if the subscription is not usable, or if its filter hides a method. After a rejection it can be called
   * again.
   */
  start(receiver: SignalReceiver, methods: readonly string[], limits: ConnectLimits): Promise<void>;
  /** Stops delivering. Messages that were delivered can still be acknowledged. */
  stop(): Promise<void>;
  /** Resolves once every acknowledgement is sent. */
  close(): Promise<void>;
}
