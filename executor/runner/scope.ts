import type { Binding } from '../program/lexical-scope.ts';
import { sizeOf } from '../values/size.ts';
import type { Value } from '../values/value.ts';
import type { Frame } from './frame.ts';

/** The variables of one scope while it runs. A slot is undefined until a step sets it. */
export class Scope {
  readonly frame: Frame;
  readonly parent: Scope | undefined;
  readonly #names: readonly string[];
  readonly #slots: (Value | undefined)[];
  #bytes = 0;

  constructor(frame: Frame, names: readonly string[], parent?: Scope) {
    this.frame = frame;
    this.parent = parent;
    this.#names = names;
    this.#slots = new Array<Value | undefined>(names.length);
  }

  read(slot: number): Value | undefined {
    return this.#slots[slot];
  }

  /** @throws Fatal when all variables together outgrow the memory limit */
  write(slot: number, value: Value): void {
    const previous = this.#slots[slot];
    const growth = sizeOf(value) - (previous === undefined ? 0 : sizeOf(previous));
    this.#bytes += growth;
    this.frame.execution.usage.addMemory(growth);
    this.#slots[slot] = value;
  }

  /** Takes the variables out of the execution's memory; the scope is not used after. */
  release(): void {
    this.frame.execution.usage.addMemory(-this.#bytes);
    this.#bytes = 0;
  }

  /** The variables that are set and can be read here, by name. */
  variables(): ReadonlyMap<string, Value> {
    const found = new Map<string, Value>();
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      for (const [at, name] of scope.#names.entries()) {
        const value = scope.#slots[at];
        if (value !== undefined && !found.has(name)) found.set(name, value);
      }
    }
    return found;
  }

  /** The scope that a binding of this one names. */
  owner(binding: Binding): Scope {
    let scope: Scope = this;
    for (let depth = binding.depth; depth > 0; depth--) scope = scope.parent as Scope;
    return scope;
  }
}
