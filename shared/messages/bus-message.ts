/** A message as a trigger passes it on. */
export interface BusMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly publishTime: number;
}
