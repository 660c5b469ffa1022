/** Which routes the inputs of a run reached, and which of them took an input as valid. */

/** The ends of the results of accepted inputs: a 2xx of HTTP, a call that is held open, and the same over gRPC. */
const TAKEN = /(?: 2xx| held| OK| DEADLINE_EXCEEDED)$/;
const UNIMPLEMENTED = / UNIMPLEMENTED$/;
/** The number of inputs for each route below which a route may be missed by chance. */
const ENOUGH_INPUTS = 30;

export class Coverage {
  readonly #routes = new Set<string>();
  readonly #reached = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #unimplemented = new Set<string>();
  #inputs = 0;

  add(routes: readonly string[], results: ReadonlyMap<string, number>): void {
    for (const route of routes) this.#routes.add(route);
    for (const [result, count] of results) {
      const route = result.slice(0, result.lastIndexOf(' '));
      this.#inputs += count;
      if (!this.#routes.has(route)) continue;
      this.#reached.add(route);
      if (TAKEN.test(result)) this.#taken.add(route);
      if (UNIMPLEMENTED.test(result)) this.#unimplemented.add(route);
    }
  }

  /** Routes that no input reached, although there were enough inputs for each of them. */
  missed(): string[] {
    if (this.#inputs < ENOUGH_INPUTS * this.#routes.size) return [];
    return [...this.#routes].filter((route) => !this.#reached.has(route));
  }

  /** Returns a line for a person, or the empty text if the target has no routes. */
  summary(): string {
    if (this.#routes.size === 0) return '';
    const never = [...this.#reached].filter(
      (route) => !this.#taken.has(route) && !this.#unimplemented.has(route),
    );
    const refused = never.length > 0 ? `; each input was refused by ${never.join(', ')}` : '';
    const unimplemented =
      this.#unimplemented.size > 0 ? `, ${this.#unimplemented.size} are not implemented` : '';
    return `${this.#reached.size} of ${this.#routes.size} routes reached, ${this.#taken.size} took an input${unimplemented}${refused}`;
  }
}
