import type { Block, Transfer } from './program.ts';

/**
 * What a `next` can name from one place: the steps of its own list and of the lists around it ("Jumps"). The steps of a
 * list hide those of the same name further out.
 */
export class JumpTable {
  readonly #own: ReadonlyMap<string, Transfer>;
  readonly #outer: JumpTable | undefined;

  constructor(own: ReadonlyMap<string, Transfer> = new Map(), outer?: JumpTable) {
    this.#own = own;
    this.#outer = outer;
  }

  /** The table inside `block`, which has the steps of these names. */
  within(block: Block, steps: readonly string[]): JumpTable {
    const own = steps.map((name, index): [string, Transfer] => [name, { kind: 'jump', block, index }]);
    return new JumpTable(new Map(own), this);
  }

  transfer(target: string): Transfer {
    if (target === 'end' || target === 'break' || target === 'continue') return { kind: target };
    for (let table: JumpTable | undefined = this; table !== undefined; table = table.#outer) {
      const transfer = table.#own.get(target);
      if (transfer !== undefined) return transfer;
    }
    throw new Error(`the jump to '${target}' was not checked`);
  }
}
