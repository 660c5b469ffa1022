/** How long handlers may block the event loop before other work runs, in milliseconds. */
const TURN_MS = 5;

/** Limits the time that handlers which never wait for I/O use in one turn of the event loop, so that other work runs too. */
export class Turn {
  /** When the time of this turn is used up. undefined before the first handler enters the turn. */
  #end: number | undefined;
  readonly #next = new Set<() => void>();

  /** Enters a handler into this turn. `next` is called when the next turn begins. */
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

  /** Whether the time of this turn is used up. */
  get isOver(): boolean {
    return this.#end !== undefined && performance.now() > this.#end;
  }
}
