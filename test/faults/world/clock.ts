/** Virtual time, which stands still until the world moves it forward. Times are milliseconds since the epoch. */
interface Alarm {
  readonly time: number;
  readonly ring: () => void;
}

export class VirtualClock {
  now: number;
  #alarms: Alarm[] = [];

  constructor(start: number) {
    this.now = start;
  }

  at(time: number, ring: () => void): void {
    this.#alarms.push({ time, ring });
  }

  after(ms: number, ring: () => void): void {
    this.at(this.now + ms, ring);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** The time of the next alarm, or undefined if none is set. */
  get next(): number | undefined {
    return this.#alarms.length === 0 ? undefined : Math.min(...this.#alarms.map(({ time }) => time));
  }

  moveTo(time: number): void {
    this.now = Math.max(this.now, time);
    const due = this.#alarms.filter((alarm) => alarm.time <= this.now);
    this.#alarms = this.#alarms.filter((alarm) => alarm.time > this.now);
    for (const { ring } of due.sort((one, other) => one.time - other.time)) ring();
  }
}
