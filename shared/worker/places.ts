/**
 * The places of a process for attempts. The option `concurrency` is their number.
 *
 * An attempt occupies a place while it is taken, and while its steps run. While its end is reported, none of the user's code runs, so the
 * attempt leaves its place to the next one, whose steps overlap with the round trip of the report.
 */
export class Places {
  /** The number of attempts that occupy a place. */
  occupied = 0;
  /** The number of attempts whose end is reported. */
  reported = 0;
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
  }

  /**
   * How many attempts may begin now. At most twice as many attempts as there are places are under way, so that a process does not take
   * more and more of them from an orchestrator that does not answer.
   */
  get free(): number {
    return Math.min(this.#number, 2 * this.#number - this.reported) - this.occupied;
  }
}

/** The place of one attempt. */
export class Place {
  readonly #places: Places;
  readonly #freed: () => void;
  #stage: 'occupied' | 'reported' | 'left' = 'occupied';

  /** Occupies a place. `freed` is called once another attempt may have it, unless that is at the end of the attempt. */
  constructor(places: Places, freed: () => void) {
    this.#places = places;
    this.#freed = freed;
    places.occupied++;
  }

  /** A step follows: at first, or after the orchestrator has refused the end. */
  occupy(): void {
    if (this.#stage !== 'reported') return;
    this.#stage = 'occupied';
    this.#places.reported--;
    this.#places.occupied++;
  }

  /** From now on the end of the attempt is reported. */
  report(): void {
    if (this.#stage !== 'occupied') return;
    this.#stage = 'reported';
    this.#places.occupied--;
    this.#places.reported++;
    this.#freed();
  }

  /** The attempt has ended. */
  leave(): void {
    if (this.#stage === 'occupied') this.#places.occupied--;
    if (this.#stage === 'reported') this.#places.reported--;
    this.#stage = 'left';
  }
}
