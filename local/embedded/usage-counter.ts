import type { Usage } from '../../console/server/system-view.ts';
import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;

type Counted = 'events' | 'published';

/** Counts the events and the published messages of each hour of the last day. */
export class UsageCounter {
  readonly #now: () => number;
  readonly #startTime: number;
  readonly #hours = new Map<number, Record<Counted, number>>();

  constructor(now: () => number) {
    this.#now = now;
    this.#startTime = now();
  }

  /** Returns the publisher with counting added. */
  counted(publisher: Publisher): Publisher {
    const published = () => this.count('published');
    const count = (publishing: Promise<void>) => publishing.then(published);
    return {
      publishCompletion: (operation) => count(publisher.publishCompletion(operation)),
      publishSignal: (signal) => count(publisher.publishSignal(signal)),
      publishDeadLetter: (letter) => count(publisher.publishDeadLetter(letter)),
      close: () => publisher.close(),
    };
  }

  count(what: Counted): void {
    const hour = Math.floor(this.#now() / HOUR_MS);
    let counts = this.#hours.get(hour);
    if (!counts) {
      counts = { events: 0, published: 0 };
      this.#hours.set(hour, counts);
      for (const old of this.#hours.keys()) if (old <= hour - HOURS) this.#hours.delete(old);
    }
    counts[what]++;
  }

  usage(): Omit<Usage, 'steps'> {
    const sum = (what: Counted) =>
      [...this.#hours.values()].reduce((total, counts) => total + counts[what], 0);
    const hours = Math.min(HOURS, (this.#now() - this.#startTime) / HOUR_MS);
    return { events: sum('events'), published: sum('published'), hours };
  }
}
