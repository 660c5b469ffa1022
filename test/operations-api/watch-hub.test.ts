/** What watchers that do not read cost the process. */
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { NO_REDACTION } from '../../shared/messages/redaction.ts';
import { EventStream } from '../../shared/operations-api/watch/event-stream.ts';
import { WatchHub } from '../../shared/operations-api/watch/watch-hub.ts';
import { ALWAYS } from '../../shared/orchestrator/condition.ts';
import type { ChangeFeed } from '../../shared/orchestrator/ports/change-feed.ts';
import { until } from '../setup/until.ts';

const MIB = 1024 * 1024;
const CHANGES = 4_000;

/** A response whose client reads nothing, or everything at once. */
class Reader extends EventEmitter {
  readonly req = { method: 'GET' };
  statusCode = 200;
  writableLength = 0;
  written = 0;
  destroyed = false;
  readonly #reads: boolean;

  constructor(reads: boolean) {
    super();
    this.#reads = reads;
  }

  setHeader() {}
  flushHeaders() {}
  write(text: string) {
    this.written += text.length;
    if (!this.#reads) this.writableLength += text.length;
  }
  destroy() {
    this.destroyed = true;
    this.emit('close');
  }
  end() {
    this.emit('close');
  }
}

it('disconnects the slowest watchers when all together have too much unread, and serves the others', async () => {
  let last = 0;
  let wake = () => {};
  const feed: ChangeFeed = {
    position: async () => String(last),
    since: async (position, limit) =>
      Array.from({ length: Math.min(limit, last - Number(position)) }, (_, index) => {
        const number = Number(position) + index + 1;
        return { name: `operations/${number}-${'x'.repeat(100)}`, position: String(number) };
      }),
    changed: (position, signal) =>
      new Promise((resolve) => {
        wake = resolve;
        if (Number(position) < last) resolve();
        signal.addEventListener('abort', () => resolve());
      }),
    isBefore: (one, other) => Number(one) < Number(other),
  };
  const hub = new WatchHub(feed, { operations: async () => new Map() }, NO_REDACTION);
  const watched = {
    visible: ALWAYS,
    condition: ALWAYS,
    view: 'FULL',
    isConsole: false,
    maxMs: 60_000,
  } as const;
  const slow = Array.from({ length: 150 }, () => new Reader(false));
  const quick = new Reader(true);
  for (const reader of [...slow, quick])
    await hub.watch(new EventStream(reader as unknown as ServerResponse), watched);
  last = CHANGES;
  wake();
  await until('every change at the reader', () => quick.written > CHANGES * 170);
  const kept = slow.reduce((sum, one) => sum + (one.destroyed ? 0 : one.writableLength), 0);
  expect(kept).toBeLessThan(65 * MIB);
  expect(quick.destroyed).toBe(false);
  expect(slow.some(({ destroyed }) => !destroyed)).toBe(true);
  for (const reader of [...slow, quick]) reader.destroy();
  wake();
});

it('ends the connection of a watcher at its time, also while nothing changes', async () => {
  const feed: ChangeFeed = {
    position: async () => '0',
    since: async () => [],
    changed: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    isBefore: () => false,
  };
  const hub = new WatchHub(feed, { operations: async () => new Map() }, NO_REDACTION);
  const reader = new Reader(true);
  let ended = false;
  reader.once('close', () => {
    ended = true;
  });
  await hub.watch(new EventStream(reader as unknown as ServerResponse), {
    ...{ visible: ALWAYS, condition: ALWAYS, view: 'SUMMARY', isConsole: false },
    maxMs: 20,
  });
  // A heartbeat comes only after 15 s.
  await until('the end of the connection', () => ended, 5_000);
});
