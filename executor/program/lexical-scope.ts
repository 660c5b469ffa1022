/**
 * The variables of one part of a routine, known before it runs ("Variables"). A routine, each `for`, each `except`
 * and each parallel branch or iteration has a scope; nested `steps`, `switch` and `try` share the one around them.
 *
 * A name belongs to the scope in which it is first assigned, in the order of the source: assigning a name that an
 * enclosing scope already has changes that one.
 */
export type ScopeKind = 'routine' | 'loop' | 'except' | 'branch';

/** Where a variable lives, seen from a scope: so many scopes out, at that slot. */
export interface Binding {
  readonly depth: number;
  readonly slot: number;
}

export class LexicalScope {
  readonly kind: ScopeKind;
  readonly parent: LexicalScope | undefined;
  /** For a branch: the variables of enclosing scopes that it may assign. */
  readonly shared: ReadonlySet<string>;
  readonly #slots = new Map<string, number>();

  constructor(kind: ScopeKind, parent?: LexicalScope, shared: Iterable<string> = []) {
    this.kind = kind;
    this.parent = parent;
    this.shared = new Set(shared);
  }

  /** The variables of this scope, each at its slot. */
  names(): string[] {
    return [...this.#slots.keys()];
  }

  declare(name: string): void {
    if (!this.#slots.has(name)) this.#slots.set(name, this.#slots.size);
  }

  /** Declares `name` here unless an enclosing scope has it. */
  declareUnlessVisible(name: string): void {
    if (this.resolve(name) === undefined) this.declare(name);
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  resolve(name: string): Binding | undefined {
    let depth = 0;
    for (let scope: LexicalScope | undefined = this; scope; scope = scope.parent) {
      const slot = scope.#slots.get(name);
      if (slot !== undefined) return { depth, slot };
      depth++;
    }
    return undefined;
  }

  /** Every name that can be read here, the innermost scope's first. */
  *visibleNames(): Iterable<string> {
    for (let scope: LexicalScope | undefined = this; scope; scope = scope.parent) yield* scope.#slots.keys();
  }

  /** Whether assigning `name` here would change a variable that a parallel step does not share. */
  assignsUnshared(name: string): boolean {
    for (let scope: LexicalScope | undefined = this; scope; scope = scope.parent) {
      if (scope.has(name)) return false;
      if (scope.kind === 'branch' && !scope.shared.has(name))
        return scope.parent?.resolve(name) !== undefined;
    }
    return false;
  }
}
