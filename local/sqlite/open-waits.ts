import type { DoneOutcome } from '../../shared/lifecycle/child-outcome.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import type { OutcomeCounts } from '../../shared/records/wait-record.ts';
import type { RowCache, RowCaches } from './row-caches.ts';

/** An open wait, with its children counted and the children that it has still to create. */
export interface OpenWaitState {
  /** The number of its row. */
  readonly number: number;
  readonly wait: Wait;
  /** The number of its children by outcome. */
  readonly counts: OutcomeCounts;
  /** The names of the children that are not created yet, by the part that creates them. */
  readonly uncreated: Map<number, ReadonlySet<string>>;
  /** Whether the wait creates all of its children. Such a child finds the wait when it ends. */
  readonly createsAll: boolean;
}

const MAX_WAITS = 1_000;
/** A wait that holds more texts than this is read from its row. */
const MAX_TEXTS = 100;

/**
 * Open waits that this process began. Each child that ends asks for the wait and its counts, and each event of a waiting operation for
 * the wait.
 */
export class OpenWaits implements RowCache {
  readonly #caches: RowCaches;
  /** By the operation: it has at most one open wait. */
  readonly #byOperation = new Map<OperationName, OpenWaitState>();
  readonly #byNumber = new Map<number, OpenWaitState>();

  constructor(caches: RowCaches) {
    this.#caches = caches;
    caches.add(this);
  }

  get({ operation, waitId }: WaitRef): OpenWaitState | undefined {
    const found = this.#caches.areCurrent ? this.#byOperation.get(operation) : undefined;
    return found?.wait.waitId === waitId ? found : undefined;
  }

  has(number: number): boolean {
    return this.#caches.areCurrent && this.#byNumber.has(number);
  }

  keep(state: OpenWaitState): void {
    const { wait, number } = state;
    this.forget(wait.operation);
    if (wait.end || wait.externals.length + (wait.notifications?.length ?? 0) > MAX_TEXTS) return;
    this.#byOperation.set(wait.operation, state);
    this.#byNumber.set(number, state);
    const [oldest] = this.#byOperation.keys();
    if (this.#byOperation.size > MAX_WAITS && oldest !== undefined) this.forget(oldest);
  }

  /** Replaces what the row of the wait says. */
  update(ref: WaitRef, changeOf: (wait: Wait) => Wait): void {
    const known = this.#byOperation.get(ref.operation);
    if (known?.wait.waitId === ref.waitId) this.#set({ ...known, wait: changeOf(known.wait) });
  }

  /** Counts a child of the wait that was pending. */
  count(number: number, outcome: DoneOutcome): void {
    const known = this.#byNumber.get(number);
    if (known) this.#set({ ...known, counts: counted(known.counts, outcome) });
  }

  markCreated({ operation, waitId }: WaitRef, part: number): void {
    const known = this.#byOperation.get(operation);
    if (known?.wait.waitId === waitId) known.uncreated.delete(part);
  }

  /** Forgets the open wait of the operation. */
  forget(operation: OperationName): void {
    const known = this.#byOperation.get(operation);
    if (!known) return;
    this.#byOperation.delete(operation);
    this.#byNumber.delete(known.number);
  }

  clear(): void {
    this.#byOperation.clear();
    this.#byNumber.clear();
  }

  #set(state: OpenWaitState): void {
    this.#byOperation.set(state.wait.operation, state);
    this.#byNumber.set(state.number, state);
  }
}

/** Counts a pending child as done. Leaves out outcomes without children. */
export function counted({ PENDING = 0, ...others }: OutcomeCounts, outcome: DoneOutcome): OutcomeCounts {
  return {
    ...(PENDING > 1 && { PENDING: PENDING - 1 }),
    ...others,
    [outcome]: (others[outcome] ?? 0) + 1,
  };
}
