/** A timeline of what happened, for a person to read. */
export class Timeline {
  readonly #start = performance.now();
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** In milliseconds since the start. */
  now(): number {
    return performance.now() - this.#start;
  }

  note(who: string, what: string): void {
    this.#print(`${this.now().toFixed(0).padStart(7)} ms  ${who.padEnd(13)} ${what}`);
  }
}
