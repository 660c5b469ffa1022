import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Redaction } from '../../messages/redaction.ts';
import type { ChangeFeed, OperationChange } from '../../orchestrator/ports/change-feed.ts';
import { Failure } from '../../orchestrator/ports/failure.ts';
import type { OperationStore } from '../../orchestrator/ports/store.ts';
import { logFault } from '../fault-log.ts';
import type { EventStream } from './event-stream.ts';
import { ChangedOperation, type Watched } from './watched-change.ts';

/** Changes within this time are read and sent together, in milliseconds. */
const COALESCE_MS = 100;
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;
const CHANGES_A_PAGE = 500;
/** The largest number of watchers of one process. Further ones are refused with UNAVAILABLE. */
const MAX_WATCHERS = 5_000;
/** The largest number of unread bytes of all watchers together. Beyond it, those that have read least are disconnected. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

interface Watcher {
  readonly watched: Watched;
  readonly stream: EventStream;
  /** When the server ends the connection, before the platform would: milliseconds of the monotonic clock. */
  readonly endTime: number;
}

export interface WatchRequest extends Watched {
  /** The id to continue from. If absent, the watch starts now. */
  readonly from?: string;
  /** How long the connection may last, in milliseconds. */
  readonly maxMs: number;
}

/**
 * All watchers of a process.
 *
 * Invariants: the process reads the feed once and each changed operation once for all watchers, and only while there is a watcher. A
 * watcher gets every change after its start position, in the order of the commits, until it is disconnected.
 */
export class WatchHub {
  readonly #feed: ChangeFeed;
  readonly #store: Pick<OperationStore, 'operations'>;
  readonly #redaction: Redaction;
  readonly #watchers = new Set<Watcher>();
  /** The position up to which all watchers have got the changes. undefined without watchers. */
  #position: string | undefined;

  constructor(feed: ChangeFeed, store: Pick<OperationStore, 'operations'>, redaction: Redaction) {
    this.#redaction = redaction;
    this.#feed = feed;
    this.#store = store;
  }

  /** Resolves once the stream has begun and is up to date. Rejects, before anything is answered, with a Failure. */
  async watch(stream: EventStream, { from, maxMs, ...watched }: WatchRequest): Promise<void> {
    if (this.#watchers.size >= MAX_WATCHERS) {
      throw new Failure('unavailable', `This instance has ${MAX_WATCHERS} watchers. Try again.`);
    }
    const watcher: Watcher = { watched, stream, endTime: performance.now() + maxMs };
    await this.#catchUp(watcher, from ?? this.#position ?? (await this.#feed.position()));
  }

  /** Sends the watcher the changes after the position, until it has caught up with the others. */
  async #catchUp(watcher: Watcher, from: string): Promise<void> {
    const { stream } = watcher;
    for (let position = from, begun = false; ; begun = true) {
      const changes = await this.#feed.since(position, CHANGES_A_PAGE);
      if (!changes && begun) return stream.end();
      if (!changes) throw tooOld();
      const operations = await this.#read(changes);
      if (!begun) stream.begin(from);
      for (const change of operations) this.#tell(watcher, change);
      position = changes.at(-1)?.position ?? position;
      if (!stream.open) return;
      // The other watchers may have got changes that came after this page was read.
      const behind = this.#position !== undefined && this.#feed.isBefore(position, this.#position);
      if (!behind && changes.length < CHANGES_A_PAGE) return this.#join(watcher, position);
    }
  }

  #join(watcher: Watcher, position: string): void {
    if (!watcher.stream.open) return;
    this.#watchers.add(watcher);
    if (this.#position !== undefined) return;
    this.#position = position;
    void this.#run();
  }

  /** Runs while there are watchers. */
  async #run(): Promise<void> {
    let heartbeatTime = performance.now() + HEARTBEAT_MS;
    while (this.#dropGone()) {
      const position = this.#position ?? '';
      try {
        await this.#changedOrTimeout(
          position,
          Math.min(heartbeatTime, this.#firstEndTime) - performance.now(),
        );
        if (!this.#dropGone()) break;
        await this.#tellAll(position);
        await pause(COALESCE_MS);
      } catch (error) {
        logFault(error);
        await pause(RETRY_MS);
      }
      if (performance.now() < heartbeatTime) continue;
      for (const { stream } of this.#watchers) stream.heartbeat(this.#position ?? position);
      heartbeatTime = performance.now() + HEARTBEAT_MS;
    }
    this.#position = undefined;
  }

  async #changedOrTimeout(position: string, timeoutMs: number): Promise<void> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), Math.max(0, Math.ceil(timeoutMs))).unref();
    try {
      await this.#feed.changed(position, stop.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #tellAll(position: string): Promise<void> {
    const changes = await this.#feed.since(position, CHANGES_A_PAGE);
    if (!changes) {
      // The feed no longer has all changes, so each watcher is disconnected and finds out from its id that it has to start again.
      for (const { stream } of this.#watchers) stream.end();
      this.#position = await this.#feed.position();
      return;
    }
    for (const change of await this.#read(changes)) {
      for (const watcher of this.#watchers) this.#tell(watcher, change);
    }
    this.#position = changes.at(-1)?.position ?? position;
    this.#cutOffSlowest();
  }

  #cutOffSlowest(): void {
    let unreadBytes = 0;
    for (const { stream } of this.#watchers) unreadBytes += stream.unreadBytes;
    if (unreadBytes <= MAX_UNREAD_BYTES) return;
    const slowest = [...this.#watchers].sort((a, b) => b.stream.unreadBytes - a.stream.unreadBytes);
    for (const { stream } of slowest) {
      unreadBytes -= stream.unreadBytes;
      stream.cutOff();
      if (unreadBytes <= MAX_UNREAD_BYTES) return;
    }
  }

  async #read(changes: readonly OperationChange[]): Promise<ChangedOperation[]> {
    if (changes.length === 0) return [];
    const last = new Map<OperationName, string>();
    for (const { name, position } of changes) {
      // Several changes of one operation are sent once, with its current state, at the last position.
      last.delete(name);
      last.set(name, position);
    }
    const operations = await this.#store.operations([...last.keys()]);
    return [...last].map(
      ([name, position]) => new ChangedOperation(name, position, operations.get(name), this.#redaction),
    );
  }

  #tell({ watched, stream }: Watcher, change: ChangedOperation): void {
    const told = change.for(watched);
    if (told) stream.send(told);
  }

  /** When the connection of a watcher ends next. */
  get #firstEndTime(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { endTime } of this.#watchers) first = Math.min(first, endTime);
    return first;
  }

  /** Whether a watcher is left. */
  #dropGone(): boolean {
    const now = performance.now();
    for (const watcher of this.#watchers) {
      if (now >= watcher.endTime) watcher.stream.end();
      if (!watcher.stream.open) this.#watchers.delete(watcher);
    }
    return this.#watchers.size > 0;
  }
}

/** Does not keep the process alive. */
function pause(ms: number): Promise<void> {
  return sleep(ms, undefined, { ref: false });
}

function tooOld(): Failure {
  return new Failure(
    'outOfRange',
    'Last-Event-ID is older than the changes that are kept. Begin without it, and list the operations again.',
  );
}
