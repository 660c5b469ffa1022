/**
 * The outside world of the steps under test: objects whose calls are points of the schedule, and whose data is reset
 * before each run.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Wraps each call that an attempt makes. */
export interface Around {
  /** Rejects, or never settles, if the attempt is dead. */
  before(call: string): Promise<void> | undefined;
  after(call: string): Promise<void> | undefined;
}

export const currentAttempt = new AsyncLocalStorage<Around>();

type Effect = Record<string, unknown>;

export class Effects {
  readonly #objects: readonly (readonly [string, Effect])[];
  readonly #data = new Map<Effect, Map<string, unknown>>();
  readonly #undo: (() => void)[] = [];

  constructor(effects: Readonly<Record<string, object>>) {
    this.#objects = Object.entries(effects) as [string, Effect][];
    for (const [name, effect] of this.#objects) {
      this.#data.set(effect, dataOf(effect));
      for (const method of methodsOf(effect)) this.#wrap(effect, name, method);
    }
  }

  /** Resets the data of the objects. */
  reset(): void {
    for (const [effect, data] of this.#data) {
      for (const [field, value] of data) {
        const copy = structuredClone(value);
        const held = effect[field];
        // Handlers may have taken the collection itself.
        if (held instanceof Map && copy instanceof Map) refill(held, copy);
        else if (held instanceof Set && copy instanceof Set) refillSet(held, copy);
        else if (Array.isArray(held) && Array.isArray(copy)) held.splice(0, held.length, ...copy);
        else effect[field] = copy;
      }
    }
  }

  unwrap(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  #wrap(effect: Effect, name: string, method: string): void {
    const own = Object.getOwnPropertyDescriptor(effect, method);
    const original = effect[method] as (...args: unknown[]) => unknown;
    const call = `${name}.${method}`;
    effect[method] = (...args: unknown[]) => {
      const around = currentAttempt.getStore();
      return around
        ? aroundCall(around, call, () => original.apply(effect, args))
        : original.apply(effect, args);
    };
    this.#undo.push(() => {
      if (own) Object.defineProperty(effect, method, own);
      else delete effect[method];
    });
  }
}

function aroundCall(around: Around, call: string, run: () => unknown): unknown {
  const stopped = around.before(call);
  if (stopped) return stopped;
  const result = run();
  if (!(result instanceof Promise)) return around.after(call) ?? result;
  return result.then(async (value) => {
    await around.after(call);
    return value;
  });
}

function dataOf(effect: Effect): Map<string, unknown> {
  const fields = Object.entries(effect).filter(([, value]) => typeof value !== 'function');
  return new Map(fields.map(([field, value]) => [field, structuredClone(value)]));
}

/** Own ones, and those of its class. */
function methodsOf(effect: Effect): readonly string[] {
  const names = new Set<string>();
  for (
    let object: object = effect;
    object !== Object.prototype && object !== null;
    object = Object.getPrototypeOf(object)
  ) {
    for (const name of Object.getOwnPropertyNames(object)) {
      if (name !== 'constructor' && typeof effect[name] === 'function') names.add(name);
    }
  }
  return [...names];
}

function refill(held: Map<unknown, unknown>, copy: Map<unknown, unknown>): void {
  held.clear();
  for (const [key, value] of copy) held.set(key, value);
}

function refillSet(held: Set<unknown>, copy: Set<unknown>): void {
  held.clear();
  for (const value of copy) held.add(value);
}
