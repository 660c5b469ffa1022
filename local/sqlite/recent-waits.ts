import type { DoneOutcome } from '../../shared/lifecycle/child-outcome.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { EndedWait, Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import type { RecentWait } from './recent-wait.ts';
import type { RowCache, RowCaches } from './row-caches.ts';

/** The memory of all waits, in bytes. */
const MAX_SIZE = 16_000_000;
/** A wait that holds more texts than this is read from its row. */
const MAX_TEXTS = 100;

/**
 * The waits that this process began, the newest of each operation. Each child that ends asks for the wait and its counts, each event of a
 * waiting operation for the wait, and the RESUME signal for the outcomes of the children.
 */
export class RecentWaits implements RowCache {
  readonly #byOperation = new Map<OperationName, RecentWait>();
  readonly #openByNumber = new Map<number, RecentWait>();
  #size = 0;

  readonly #maxWaits: number;

  constructor(caches: RowCaches, maxWaits: number) {
    this.#maxWaits = maxWaits;
    caches.add(this);
  }

  get({ operation, waitId }: WaitRef): RecentWait | undefined {
    const found = this.#byOperation.get(operation);
    return found?.wait.waitId === waitId ? found : undefined;
  }

  isOpen(number: number): boolean {
    return this.#openByNumber.has(number);
  }

  keep(recent: RecentWait): void {
    const { wait, number, size } = recent;
    this.forget(wait.operation);
    if (wait.externals.length + (wait.notifications?.length ?? 0) > MAX_TEXTS || size > MAX_SIZE) return;
    this.#byOperation.set(wait.operation, recent);
    if (!wait.end) this.#openByNumber.set(number, recent);
    this.#size += size;
    for (const oldest of this.#byOperation.keys()) {
      if (this.#byOperation.size <= this.#maxWaits && this.#size <= MAX_SIZE) break;
      this.forget(oldest);
    }
  }

  /** Replaces what the row of the wait says. */
  update(ref: WaitRef, changeOf: (wait: Wait) => Wait): void {
    const known = this.#byOperation.get(ref.operation);
    if (known?.wait.waitId === ref.waitId) known.wait = changeOf(known.wait);
  }

  /** Like `update`, unless the wait has ended. */
  updateOpen(ref: WaitRef, changeOf: (wait: Wait) => Wait): void {
    this.update(ref, (wait) => (wait.end ? wait : changeOf(wait)));
  }

  end(ended: EndedWait): void {
    const known = this.#byOperation.get(ended.operation);
    if (known?.wait.waitId !== ended.waitId) return;
    known.wait = ended;
    this.#openByNumber.delete(known.number);
  }

  /** A child of the wait that was pending is done. `hasResult`: its row holds what another service returned. */
  finish(number: number, child: string, outcome: DoneOutcome, hasResult = false): void {
    this.#openByNumber.get(number)?.finish(child, outcome, hasResult);
  }

  markCreated({ operation, waitId }: WaitRef, part: number): void {
    const known = this.#byOperation.get(operation);
    if (known?.wait.waitId === waitId) known.markCreated(part);
  }

  forget(operation: OperationName): void {
    const known = this.#byOperation.get(operation);
    if (!known) return;
    this.#byOperation.delete(operation);
    this.#openByNumber.delete(known.number);
    this.#size -= known.size;
  }

  clear(): void {
    this.#byOperation.clear();
    this.#openByNumber.clear();
    this.#size = 0;
  }
}
