import type { PublishEvent } from './http-operation-calls.ts';
import type { SignalSource } from './signal-source.ts';

/** The bus, as a worker needs it. */
export interface BusConnection {
  readonly source: SignalSource;
  readonly publish: PublishEvent;
}
