import type { PublishEvent } from './http-operation-calls.ts';
import type { SignalSource } from './signal-source.ts';

/** The part of Pub/Sub that a worker needs. */
export interface BusConnection {
  /** Where Pub/Sub is, for people: a URL, or a host. */
  readonly address: string;
  readonly source: SignalSource;
  readonly publish: PublishEvent;
}
