import { randomUUID } from 'node:crypto';
import type { LocalSystem } from '../../local/system.ts';

/** The fields of a lifecycle event beside its header. */
export type Event = Readonly<Record<string, unknown>>;

/** Publishes events at the time of the clock. */
export class Stage {
  readonly #system: LocalSystem;
  readonly #now: () => number;

  constructor(system: LocalSystem, now: () => number) {
    this.#system = system;
    this.#now = now;
  }

  /** `laterMs`: the time of the event, from now. */
  async publish(operation: string, event: Event, laterMs = 0): Promise<void> {
    const occurTime = new Date(this.#now() + laterMs).toISOString();
    const message = { operation, eventId: randomUUID(), occurTime, ...event };
    await this.#system.publish(Buffer.from(JSON.stringify(message)));
  }

  create(operation: string, method: string, more: object = {}, laterMs = 0): Promise<void> {
    return this.publish(operation, { created: { method, ...more } }, laterMs);
  }

  /** Resolves once the operation is in the state. */
  async reaches(operation: string, state: string): Promise<void> {
    for (const end = Date.now() + 60_000; ; ) {
      const response = await fetch(`${this.#system.operationsUrl}/v1/${operation}:inspect?pageSize=1`);
      const { state: current } = (await response.json()) as { state?: string };
      if (current === state) return;
      if (Date.now() > end) throw new Error(`${operation} is ${current}, not ${state}, after a minute`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
