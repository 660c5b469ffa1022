import { randomBytes } from 'node:crypto';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { ChangeFeed, OperationChange } from '../../shared/orchestrator/ports/change-feed.ts';
import type { Participant } from './participant.ts';

/** The number of changes that the feed keeps. A watcher that is further behind has to start again. */
const MAX_CHANGES = 50_000;

/**
 * The feed of the commits of this process, which is the only process that writes to the database.
 *
 * A position names the process and the number of the change. Positions of an earlier process are too old, because the
 * changes before this process started are not stored.
 */
export function changeFeed(): {
  note(name: OperationName): void;
  participant: Participant;
  feed: ChangeFeed;
} {
  const process = randomBytes(6).toString('hex');
  /** The committed changes, oldest first. `first` is the number of the first one. */
  let names: OperationName[] = [];
  let first = 1;
  /** The changes of the transaction in progress. */
  let noted = new Set<OperationName>();
  const waiting = new Set<() => void>();

  const last = () => first + names.length - 1;
  const positionOf = (number: number) => `${process}-${number}`;
  /** Returns undefined for a position that this process did not issue. */
  const numberOf = (position: string): number | undefined => {
    const [owner, digits = '', ...rest] = position.split('-');
    const isOurs = owner === process && rest.length === 0 && /^\d{1,15}$/.test(digits);
    return isOurs && Number(digits) <= last() ? Number(digits) : undefined;
  };

  const participant: Participant = {
    begin() {
      if (noted.size > 0) noted = new Set();
    },
    committed() {
      if (noted.size === 0) return;
      for (const name of noted) names.push(name);
      // Keeps a tenth more than needed, so that not every commit moves the array.
      if (names.length > MAX_CHANGES * 1.1) {
        const dropped = names.length - MAX_CHANGES;
        names = names.slice(dropped);
        first += dropped;
      }
      for (const wake of waiting) wake();
      waiting.clear();
    },
  };

  const feed: ChangeFeed = {
    position: async () => positionOf(last()),
    async since(position, limit) {
      const number = numberOf(position);
      if (number === undefined || number + 1 < first) return undefined;
      const start = number + 1 - first;
      return names
        .slice(start, start + limit)
        .map((name, index): OperationChange => ({ name, position: positionOf(number + 1 + index) }));
    },
    async changed(position, signal) {
      if (numberOf(position) !== last() || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', wake);
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    },
    isBefore: (one, other) => (numberOf(one) ?? 0) < (numberOf(other) ?? 0),
  };

  return { note: (name) => noted.add(name), participant, feed };
}
