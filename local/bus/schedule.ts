import type { Clock } from '../../executor/clock.ts';

/** Something that is to happen at a time. */
export interface Alarm {
  /** By the monotonic clock. */
  readonly due: number;
  readonly ring: () => void;
  cancelled: boolean;
}

/**
 * All that the bus does later, behind one timer: a deadline for each message in flight would otherwise be a timer for
 * each message.
 *
 * Times are those of the machine's clock when they are given, and are counted by the monotonic clock from then on: a clock
 * that is set back must not keep a message in flight until it is right again.
 *
 * A binary heap by time. A cancelled alarm stays until it reaches the top or until the cancelled ones are the greater
 * half, so that both ways cost O(1) for deadlines that nearly always are met.
 */
export class Schedule {
  readonly #clock: Clock;
  #heap: Alarm[] = [];
  #cancelled = 0;
  /** What the one timer is set to, and how it is stopped. */
  #armed: { readonly due: number; readonly stop: AbortController } | undefined;
  #disarming = false;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rings once, at `time` (milliseconds since the epoch) or as soon after as the process comes to it. */
  at(time: number, ring: () => void): Alarm {
    const due = this.#clock.monotonic() + (time - this.#clock.now());
    const alarm: Alarm = { due, ring, cancelled: false };
    this.#heap.push(alarm);
    this.#rise(this.#heap.length - 1);
    if (this.#armed === undefined || due < this.#armed.due) this.#arm();
    return alarm;
  }

  cancel(alarm: Alarm): void {
    if (alarm.cancelled) return;
    alarm.cancelled = true;
    this.#cancelled++;
    if (this.#cancelled === this.#heap.length) this.#empty();
    else if (this.#cancelled > 64 && this.#cancelled * 2 > this.#heap.length) this.#compact();
  }

  close(): void {
    this.#closed = true;
    this.#heap = [];
    this.#disarm();
  }

  /**
   * Where nothing is left to happen there is no timer: it would keep the process, or virtual time, going. Not at once,
   * because in a busy bus the next alarm comes in the same turn of the event loop, and can use the timer.
   */
  #empty(): void {
    this.#heap = [];
    this.#cancelled = 0;
    if (this.#disarming) return;
    this.#disarming = true;
    setImmediate(() => {
      this.#disarming = false;
      if (this.#heap.length === 0) this.#disarm();
    });
  }

  #disarm(): void {
    this.#armed?.stop.abort();
    this.#armed = undefined;
  }

  /** Sets the timer to the first alarm. */
  #arm(): void {
    this.#disarm();
    const first = this.#heap[0];
    if (first === undefined || this.#closed) return;
    const armed = { due: first.due, stop: new AbortController() };
    this.#armed = armed;
    this.#clock.sleep(Math.max(0, first.due - this.#clock.monotonic()), armed.stop.signal).then(
      () => this.#ringDue(),
      // Stopped, because an earlier alarm took its place.
      () => {},
    );
  }

  #ringDue(): void {
    this.#armed = undefined;
    const now = this.#clock.monotonic();
    for (let first = this.#heap[0]; first && (first.cancelled || first.due <= now); first = this.#heap[0]) {
      this.#removeFirst();
      if (first.cancelled) {
        this.#cancelled--;
      } else {
        // From here on there is nothing left to cancel.
        first.cancelled = true;
        first.ring();
      }
    }
    if (this.#armed === undefined) this.#arm();
  }

  #compact(): void {
    this.#heap = this.#heap.filter((alarm) => !alarm.cancelled).sort((a, b) => a.due - b.due);
    this.#cancelled = 0;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const alarm = heap[from] as Alarm;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const parent = heap[above] as Alarm;
      if (parent.due <= alarm.due) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = alarm;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Alarm;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && (heap[below + 1] as Alarm).due < (heap[below] as Alarm).due) below++;
      if ((heap[below] as Alarm).due >= last.due) break;
      heap[at] = heap[below] as Alarm;
      at = below;
    }
    heap[at] = last;
  }
}
