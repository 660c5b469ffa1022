import type { BacklogReader, BusStorage, StoredBus } from './storage.ts';

/**
 * The storage of a bus in memory. It writes nothing, because nothing outlives the process and the bus has every message in
 * memory.
 */
export class MemoryStorage implements BusStorage {
  readonly durableId = Number.POSITIVE_INFINITY;

  load(): StoredBus {
    return { topics: [], subscriptions: [], lastId: 0 };
  }

  backlog(): BacklogReader {
    return {
      keeps: false,
      window: { messages: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY },
      read: () => [],
    };
  }

  remove(): void {}

  noteAttempts(): void {}

  async removeBefore(): Promise<void> {}

  async saveTopic(): Promise<void> {}

  async removeTopic(): Promise<void> {}

  async saveSubscription(): Promise<void> {}

  async removeSubscription(): Promise<void> {}

  async append(): Promise<void> {}

  async appendAhead(): Promise<void> {}

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}
