/** How long handlers may hold up the event loop before everything else has a turn, in milliseconds. */
const TURN_MS = 5;

/** One turn of the event loop, for handlers that do their work without waiting for anything outside the process. */
export class Turn {
  /** When this turn has taken its time; undefined before it has begun. */
  #end: number | undefined;
  readonly #next = new Set<() => void>();

  /** Takes part in this turn; `next` is called when the next one begins. */
  enter(next: () => void): void {
    this.#next.add(next);
    if (this.#end !== undefined) return;
    this.#end = performance.now() + TURN_MS;
    setImmediate(() => {
      this.#end = undefined;
      const entered = [...this.#next];
      this.#next.clear();
      for (const begin of entered) begin();
    });
  }

  /** Whether this turn has taken its time. */
  get isOver(): boolean {
    return this.#end !== undefined && performance.now() > this.#end;
  }
}
