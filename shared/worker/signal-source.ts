/** The port from which a worker receives signals. */
export interface SignalMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  ack(): void;
  /** Has it delivered again, here or to another worker, after about `delayMs`. */
  putOff(delayMs: number): void;
  /** The attempt that the message handed over has ended; not called where there was none. */
  ended?(): void;
}

export interface SignalReceiver {
  /** How many more messages the receiver takes now. */
  readonly capacity: number;
  receive(message: SignalMessage): void;
  /** Calls back when there is capacity again. */
  onCapacity(listener: () => void): void;
}

export interface SignalSource {
  /** @throws Error that says what is missing, or which method the subscription's filter hides. */
  start(receiver: SignalReceiver, methods: readonly string[]): Promise<void>;
  /** No further message comes; what was handed out can still be acknowledged. */
  stop(): Promise<void>;
  /** Resolves once every acknowledgement is sent. */
  close(): Promise<void>;
}
