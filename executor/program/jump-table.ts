import type { Block, Transfer } from './program.ts';

/** What a `next` can name from one place: the steps of its own list and of the lists around it ("Jumps"). */
export class JumpTable {
  readonly #targets: ReadonlyMap<string, Transfer>;

  constructor(targets: ReadonlyMap<string, Transfer> = new Map()) {
    this.#targets = targets;
  }

  /** The table inside `block`; its steps hide those of the same name further out. */
  within(block: Block, steps: readonly string[]): JumpTable {
    const own = steps.map((name, index): [string, Transfer] => [name, { kind: 'jump', block, index }]);
    return new JumpTable(new Map([...this.#targets, ...own]));
  }

  transfer(target: string): Transfer {
    if (target === 'end' || target === 'break' || target === 'continue') return { kind: target };
    const transfer = this.#targets.get(target);
    if (transfer === undefined) throw new Error(`the jump to '${target}' was not checked`);
    return transfer;
  }
}
