/** A schedule: one possible course of a run, as the choice at each of its points. At most points, no fault happens. */

export interface Point {
  /** The call or message that is about to happen, or has happened. */
  readonly label: string;
  /** The possible choices. The first one is: no fault. */
  readonly options: readonly string[];
  readonly chosen: string;
}

/** The choice at each point, by its number. The first option at every other point. */
export type Choices = ReadonlyMap<number, number>;

export class Schedule {
  readonly #choose: (place: number, options: number) => number;
  readonly points: Point[] = [];

  constructor(choose: (place: number, options: number) => number) {
    this.#choose = choose;
  }

  static of(choices: Choices): Schedule {
    return new Schedule((place) => choices.get(place) ?? 0);
  }

  /** Returns the choice at the next point. */
  point(label: string, options: readonly string[]): string {
    const place = this.points.length;
    const chosen = options[this.#choose(place, options.length)] ?? (options[0] as string);
    this.points.push({ label, options, chosen });
    return chosen;
  }

  /** The points with a fault, by their numbers. */
  get choices(): Choices {
    const entries = this.points.map(
      ({ options, chosen }, place) => [place, options.indexOf(chosen)] as const,
    );
    return new Map(entries.filter(([, option]) => option > 0));
  }

  /** Describes the faults in order, for people. */
  describe(): readonly string[] {
    return this.points.flatMap(({ label, options, chosen }, place) =>
      chosen === options[0] ? [] : [`at point ${place}, ${label}: ${chosen}`],
    );
  }
}
