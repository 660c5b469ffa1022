import { typeError } from '../errors/raised.ts';
import { listIndex } from '../expression/operators.ts';
import type { Store } from '../program/program.ts';
import { derive } from '../values/size.ts';
import { isList, isMap, typeName, type Value, type ValueMap } from '../values/value.ts';
import type { Scope } from './scope.ts';
import type { StepRunner } from './step-runner.ts';

/** Runs the assignments of a step in order; each reads and stores without a pause ("Variables"). */
export function assign(
  runner: StepRunner,
  stores: readonly Store[],
  scope: Scope,
): undefined | Promise<undefined> {
  for (const [at, entry] of stores.entries()) {
    if (!isImmediate(entry)) return assignWithCalls(runner, stores.slice(at), scope);
    store(entry, scope);
  }
  return undefined;
}

async function assignWithCalls(
  runner: StepRunner,
  stores: readonly Store[],
  scope: Scope,
): Promise<undefined> {
  for (const entry of stores) await runner.settle(scope, () => store(entry, scope));
}

function isImmediate({ value, path }: Store): boolean {
  return value.immediate && path.every((key) => key.immediate);
}

function store({ binding, path, value }: Store, scope: Scope): void {
  const owner = scope.owner(binding);
  const keys = path.map((key) => key.value(scope));
  const stored = value.value(scope);
  owner.write(binding.slot, keys.length === 0 ? stored : replace(owner.read(binding.slot), keys, 0, stored));
}

/**
 * `container` with the element at the end of `keys` replaced, as a new value: other variables keep the old one.
 * Missing map levels are created; a list index must exist. (Google's pages do not say; samples build maps this way.)
 */
function replace(container: Value | undefined, keys: readonly Value[], at: number, value: Value): Value {
  const key = keys[at];
  if (key === undefined) return value;
  if (container === undefined || isMap(container)) {
    if (typeof key !== 'string') throw typeError(`map key must be a string; got: ${typeName(key)}`);
    const old: ValueMap = container ?? new Map();
    const previous = old.get(key);
    const item = replace(previous, keys, at + 1, value);
    return derive<ValueMap>(new Map(old).set(key, item), old, item, previous, key);
  }
  if (isList(container)) {
    const index = listIndex(container, key);
    const previous = container[index];
    const item = replace(previous, keys, at + 1, value);
    return derive(container.with(index, item), container, item, previous);
  }
  throw typeError(`cannot assign a key of a value of type ${typeName(container)}`);
}
