import type { Clock } from '../../executor/clock.ts';
import type { Alarm, Schedule } from './schedule.ts';

/**
 * Which messages of one subscription are outdated: those older than its retention, and those that a `seek` has acknowledged.
 *
 * An alarm limits the backlog of a subscription without subscribers: it rings when the oldest message is older than the retention.
 */
export class Retention {
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #expired: () => void;
  #ms: number;
  #alarm: Alarm | undefined;
  /** Milliseconds since the epoch. */
  #soughtTime = 0;

  /** @param expired called when the oldest message is older than the retention */
  constructor(
    seconds: number,
    { clock, schedule }: { readonly clock: Clock; readonly schedule: Schedule },
    expired: () => void,
  ) {
    this.#clock = clock;
    this.#schedule = schedule;
    this.#expired = expired;
    this.#ms = seconds * 1_000;
  }

  /** Messages that were published before this time are outdated: milliseconds since the epoch. */
  get outdatedBefore(): number {
    return Math.max(this.#clock.now() - this.#ms, this.#soughtTime);
  }

  /** Changes the retention. The caller then calls `await`. */
  set seconds(seconds: number) {
    this.#ms = seconds * 1_000;
    this.cancel();
  }

  /** From now on, all messages that were published before `time` are outdated. Returns the latest such time. */
  seek(time: number): number {
    this.#soughtTime = Math.max(this.#soughtTime, time);
    return this.#soughtTime;
  }

  /** Sets the alarm, unless it is set. `oldest`: the publish time of the oldest message, or undefined if there is none. */
  await(oldest: number | undefined): void {
    if (oldest === undefined) {
      this.cancel();
    } else {
      this.#alarm ??= this.#schedule.at(oldest + this.#ms + 1, () => {
        this.#alarm = undefined;
        this.#expired();
      });
    }
  }

  cancel(): void {
    if (this.#alarm !== undefined) this.#schedule.cancel(this.#alarm);
    this.#alarm = undefined;
  }
}
