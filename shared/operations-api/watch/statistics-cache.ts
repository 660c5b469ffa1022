import type { Condition } from '../../orchestrator/condition.ts';
import type { OperationOverview, Statistics } from '../../orchestrator/ports/overview.ts';
import { parseFilter } from '../filter/filter.ts';
import { bothOf } from '../list-request.ts';

const HOUR_MS = 3_600_000;
const MIN_AGE_MS = 1_000;
/** Statistics are kept for this multiple of the time that counting took, so that counting takes at most 2 % of the time. */
const AGE_BY_DURATION = 50;
const MAX_FILTERS = 64;

interface Entry {
  readonly statistics: Promise<Statistics>;
  /** When to count again, by the monotonic clock. Infinite while counting is in progress. */
  expireTime: number;
}

/** The operations to count: those that the caller may see and the filter matches. */
export interface Counted {
  readonly visible: Condition;
  readonly filter: string;
}

/** Recent statistics, by access and filter, so that any number of open pages cause one count. */
export class StatisticsCache {
  readonly #entries = new Map<string, Entry>();

  async get(overview: OperationOverview, { visible, filter }: Counted, now: number): Promise<Statistics> {
    const condition = bothOf(visible, parseFilter(filter));
    const key = `${JSON.stringify(visible)} ${filter}`;
    const known = this.#entries.get(key);
    if (known && performance.now() < known.expireTime) return known.statistics;
    const start = performance.now();
    const entry: Entry = {
      statistics: overview.statistics({ condition, since: now - HOUR_MS }),
      expireTime: Number.POSITIVE_INFINITY,
    };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_FILTERS && oldest !== undefined) this.#entries.delete(oldest);
    try {
      return await entry.statistics;
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    } finally {
      const duration = performance.now() - start;
      entry.expireTime = start + duration + Math.max(MIN_AGE_MS, duration * AGE_BY_DURATION);
    }
  }
}
