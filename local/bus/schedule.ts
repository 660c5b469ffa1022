import type { Clock } from '../../executor/clock.ts';

/** An action that runs at a time. */
export interface Alarm {
  /** By the monotonic clock. */
  readonly due: number;
  ring: () => void;
  cancelled: boolean;
}

/** The reason of a stopped timer. Without one, each stop would create an error with a stack. */
const DISARMED = Symbol('the timer was stopped');

function silent(): void {}

/**
 * All actions that the bus runs later, behind one timer. Otherwise each message in flight would need a timer for its
 * deadline.
 *
 * Times are given by the system clock, and counted by the monotonic clock from then on: if the system clock is set back,
 * messages must not stay in flight until it has caught up.
 *
 * A binary heap by time. A cancelled alarm stays in the heap until it reaches the top, or until more than half of the
 * alarms are cancelled. So setting and cancelling cost O(1) for deadlines that rarely pass.
 */
export class Schedule {
  readonly #clock: Clock;
  #heap: Alarm[] = [];
  #cancelled = 0;
  /** The time of the timer, and what stops it. */
  #armed: { readonly due: number; readonly stop: AbortController } | undefined;
  #disarming = false;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs an action once, at `time` (milliseconds since the epoch) or as soon after as the process can. */
  at(time: number, ring: () => void): Alarm {
    return this.after(time - this.#clock.now(), ring);
  }

  /** Runs an action once, after `ms` milliseconds. */
  after(ms: number, ring: () => void): Alarm {
    const due = this.#clock.monotonic() + ms;
    const alarm: Alarm = { due, ring, cancelled: false };
    this.#heap.push(alarm);
    this.#rise(this.#heap.length - 1);
    if (this.#armed === undefined || due < this.#armed.due) this.#arm();
    return alarm;
  }

  cancel(alarm: Alarm): void {
    if (alarm.cancelled) return;
    alarm.cancelled = true;
    // A cancelled alarm in the heap keeps nothing of its message in memory.
    alarm.ring = silent;
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
   * Stops the timer if no alarm is left, because it would keep the process alive, or keep virtual time running. Not at
   * once: in a busy bus the next alarm is set in the same turn of the event loop and can use the timer.
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
    this.#armed?.stop.abort(DISARMED);
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
      // Stopped because an earlier alarm replaced it.
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
        // From here on there is no timer to cancel.
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
