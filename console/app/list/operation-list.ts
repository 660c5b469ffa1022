import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { ApiError, unreachable } from '../api/api-error.ts';
import type { Change, Summary } from '../api/operation.ts';
import type { OperationsClient } from '../api/operations-client.ts';

/** An operation in the list. `gone`: it no longer matches, or is deleted. */
export type Row = Summary & { readonly gone?: 'LEFT' | 'DELETED' };

const PAGE_SIZE = 100;
/** The number of pages that are kept around the visible rows. Other pages are read again when the user scrolls to them. */
const MAX_PAGES = 12;
/** If more new operations than this are at the top, the list is read again, so that `head` stays short. */
const MAX_HEAD = 200;
const RELOAD_MS = 2_000;
/** With a filter on a field that changes, an old operation may begin to match. */
const CHANGING_FIELD = /state|done|update_?time|error|attempt/i;
/** The largest number of rows. A browser can lay out about 30 million pixels. */
export const MAX_ROWS = 800_000;

interface Page {
  readonly rows: Row[];
  readonly nextPageToken?: string;
}

/**
 * The operations that a filter matches, newest first, as far as they are seen.
 *
 * The anchor is the newest operation at the time when the list was read. Rows are addressed by their distance from the anchor, so
 * that later operations move no row. Later operations are shown before the anchor, in `head`, while the top of the list is visible.
 * Otherwise they are only counted.
 */
export class OperationList {
  readonly filter: string;
  /** Incremented whenever a row changes. */
  readonly version: ReadonlySignal<number>;
  readonly count: ReadonlySignal<number>;
  /** The number of new operations that are not shown. */
  readonly unseen: ReadonlySignal<number>;
  readonly error: ReadonlySignal<ApiError | undefined>;
  readonly loaded: ReadonlySignal<boolean>;
  /** Whether the top of the list is visible. */
  following = true;

  readonly #client: OperationsClient;
  readonly #version = signal(0);
  readonly #count = signal(0);
  readonly #unseen = signal(0);
  readonly #error = signal<ApiError | undefined>(undefined);
  readonly #loaded = signal(false);
  readonly #pages = new Map<number, Page>();
  readonly #loading = new Set<number>();
  #head: Row[] = [];
  #anchor: Summary | undefined;
  /** The number of operations from the anchor on. */
  #total = 0;
  #generation = 0;
  #reloadTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #unseenNames = new Set<string>();
  readonly #stop = new AbortController();

  constructor(client: OperationsClient, filter: string) {
    this.#client = client;
    this.filter = filter;
    this.version = this.#version;
    this.count = this.#count;
    this.unseen = this.#unseen;
    this.error = this.#error;
    this.loaded = this.#loaded;
  }

  /** Reads the list again from the top. The shown rows stay until the new ones have arrived. */
  async reload(): Promise<void> {
    const generation = ++this.#generation;
    try {
      const first = await this.#client.list({ filter: this.filter, pageSize: PAGE_SIZE }, this.#stop.signal);
      const rows = [...(first.operations ?? [])];
      const [anchor] = rows;
      const more = first.nextPageToken !== undefined;
      const total = more ? await this.#countOf(anchor) : rows.length;
      if (generation !== this.#generation) return;
      batch(() => {
        this.#anchor = anchor;
        this.#head = [];
        this.#pages.clear();
        this.#loading.clear();
        // The page token belongs to the filter without the anchor, so the next page is requested by its position.
        this.#pages.set(0, { rows });
        this.#unseenNames.clear();
        this.#unseen.value = 0;
        this.#total = Math.max(total, rows.length);
        this.#count.value = Math.min(MAX_ROWS, this.#total);
        this.#error.value = undefined;
        this.#loaded.value = true;
        this.#version.value++;
      });
    } catch (error) {
      if (this.#stop.signal.aborted || generation !== this.#generation) return;
      this.#error.value = error instanceof ApiError ? error : unreachable(error);
    }
  }

  row(index: number): Row | undefined {
    if (index < this.#head.length) return this.#head[index];
    const at = index - this.#head.length;
    return this.#pages.get(Math.floor(at / PAGE_SIZE))?.rows[at % PAGE_SIZE];
  }

  /** Reads the rows between the two indexes, and drops rows that are far away. */
  show(first: number, last: number): void {
    const from = Math.max(0, Math.floor((first - this.#head.length) / PAGE_SIZE));
    const to = Math.max(0, Math.floor((last - this.#head.length) / PAGE_SIZE));
    for (let page = from; page <= to; page++) void this.#load(page);
    this.#forgetFarFrom((from + to) / 2);
  }

  apply(changes: readonly Change[]): void {
    let changed = false;
    let added = false;
    for (const change of changes) {
      if (this.#replace(change)) changed = true;
      else if (this.#isNew(change)) {
        if (this.following) this.#head.unshift(change);
        else this.#unseenNames.add(change.name);
        added = true;
      } else if (this.#mayHaveJoined(change)) {
        if (this.following) this.#reloadSoon();
        else this.#unseenNames.add(change.name);
        changed = true;
      }
    }
    if (!changed && !added) return;
    if (added) this.#head.sort((one, other) => (one.createTime < other.createTime ? 1 : -1));
    batch(() => {
      this.#count.value = Math.min(MAX_ROWS, this.#total + this.#head.length);
      this.#unseen.value = this.#unseenNames.size;
      this.#version.value++;
    });
    if (this.#head.length > MAX_HEAD) void this.reload();
  }

  get hasGone(): boolean {
    const shown = [this.#head, ...[...this.#pages.values()].map(({ rows }) => rows)];
    return shown.some((rows) => rows.some(({ gone }) => gone !== undefined));
  }

  /** The number of rows in memory. For tests. */
  get heldRows(): number {
    return this.#head.length + [...this.#pages.values()].reduce((sum, { rows }) => sum + rows.length, 0);
  }

  close(): void {
    clearTimeout(this.#reloadTimer);
    this.#stop.abort();
  }

  async #countOf(anchor: Summary | undefined): Promise<number> {
    return (await this.#client.statistics(this.#anchored(anchor), this.#stop.signal)).total;
  }

  /** OR binds tighter than AND in AIP-160, so the user's filter needs no parentheses. */
  #anchored(anchor: Summary | undefined): string {
    const until = anchor && `createTime <= "${anchor.createTime}"`;
    return [this.filter.trim(), until].filter(Boolean).join(' AND ');
  }

  async #load(page: number): Promise<void> {
    if (this.#pages.has(page) || this.#loading.has(page) || page * PAGE_SIZE >= this.#count.value) return;
    const generation = this.#generation;
    this.#loading.add(page);
    try {
      const before = this.#pages.get(page - 1)?.nextPageToken;
      const found = await this.#client.list(
        {
          filter: this.#anchored(this.#anchor),
          pageSize: PAGE_SIZE,
          ...(before === undefined ? { skip: page * PAGE_SIZE } : { pageToken: before }),
        },
        this.#stop.signal,
      );
      if (generation !== this.#generation) return;
      const inHead = new Set(this.#head.map(({ name }) => name));
      const rows = (found.operations ?? []).filter(({ name }) => !inHead.has(name));
      this.#pages.set(page, { rows, nextPageToken: found.nextPageToken });
      this.#error.value = undefined;
      this.#version.value++;
    } catch (error) {
      if (this.#stop.signal.aborted || generation !== this.#generation) return;
      this.#error.value = error instanceof ApiError ? error : unreachable(error);
    } finally {
      this.#loading.delete(page);
    }
  }

  #forgetFarFrom(middle: number): void {
    if (this.#pages.size <= MAX_PAGES) return;
    const byDistance = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of byDistance.slice(0, this.#pages.size - MAX_PAGES)) this.#pages.delete(page);
  }

  /** An older operation that is not in memory may have begun to match, and its position is not known. */
  #mayHaveJoined(change: Change): boolean {
    return change.matches !== false && this.#loaded.value && CHANGING_FIELD.test(this.filter);
  }

  #reloadSoon(): void {
    this.#reloadTimer ??= setTimeout(() => {
      this.#reloadTimer = undefined;
      if (this.following) void this.reload();
    }, RELOAD_MS);
  }

  /** Whether the operation is in the list. */
  #replace(change: Change): boolean {
    for (const rows of [this.#head, ...[...this.#pages.values()].map((page) => page.rows)]) {
      const at = rows.findIndex(({ name }) => name === change.name);
      const row = rows[at];
      if (!row) continue;
      rows[at] = replaced(row, change);
      return true;
    }
    return false;
  }

  #isNew(change: Change): change is Summary & { matches?: undefined; deleted?: undefined } {
    if (change.deleted || change.matches === false || !this.#loaded.value) return false;
    return this.#anchor === undefined || change.createTime > this.#anchor.createTime;
  }
}

/** Changes come in order, but a page that was read later may already contain a newer state. */
function replaced(row: Row, change: Change): Row {
  if (change.deleted) return { ...row, gone: 'DELETED' };
  if (change.updateTime < row.updateTime) return row;
  const { matches, ...summary } = change;
  return matches === false ? { ...summary, gone: 'LEFT' } : summary;
}
