/**
 * The outcome of one try of a step, and the rules for what a step may return.
 *
 * A step returns the transition that its last call of `op` made, or the response of the operation.
 */
import type { OperationError } from '../client/operation-error.ts';
import { misuse } from './misuse.ts';
import type { WorkerSpec } from './operation.ts';
import { text } from './sound-error.ts';
import { type Transition, type TransitionSpec, transitionSpec } from './transition.ts';

export type StepOutcome =
  | { readonly type: 'response'; readonly response: unknown }
  | { readonly type: 'transition'; readonly transition: TransitionSpec; readonly state: unknown }
  | { readonly type: 'threw'; readonly error: unknown };

/** A transition, and the name of the call of `op` that made it. */
export interface MadeTransition {
  readonly transition: Transition<never>;
  readonly call: string;
}

/** The outcome of a step that returned `value`, where `returnMisuse` has no error. */
export function outcomeOf(value: unknown, state: unknown): StepOutcome {
  const transition = transitionSpec(value);
  return transition ? { type: 'transition', transition, state } : { type: 'response', response: value };
}

/** The error of a step that may not return `value`, or undefined if it may. */
export function returnMisuse(
  step: string,
  value: unknown,
  made: MadeTransition | undefined,
  hasResponse: boolean,
): OperationError | undefined {
  if (made && value !== made.transition) {
    const { call } = made;
    return misuse(step, `called op.${call}(…) and did not return it: write "return op.${call}(…)"`);
  }
  if (made) {
    if (made.call !== 'done' || !hasResponse) return undefined;
    return misuse(step, 'returned op.done(), but the operation has a response: return it');
  }
  if (value === undefined) {
    const what = hasResponse ? 'a response, or a transition such as "return op.go(…)"' : '"op.done()"';
    return misuse(step, `returned nothing: return ${what}`);
  }
  if (transitionSpec(value)) {
    return misuse(step, 'returned a transition that another step made: return one that this step makes');
  }
  if (isGenerator(value)) {
    return misuse(
      step,
      'returned a generator: write the step as a function or an async function, without "*"',
    );
  }
  if (hasResponse) return undefined;
  return misuse(step, 'returned a value, but the operation has no response: return op.done()');
}

function isGenerator(value: unknown): boolean {
  return /^\[object (Async)?Generator\]$/.test(Object.prototype.toString.call(value));
}

/**
 * @throws OperationError INTERNAL if the transition names no next step, a step that the worker does not have, or a notification that the
 * definition does not have, for which it would wait in vain
 */
export function requireKnownNames(
  step: string,
  call: string,
  spec: TransitionSpec,
  { steps, definition }: WorkerSpec,
): void {
  const named =
    spec.type === 'go'
      ? [spec.step]
      : spec.type === 'wait'
        ? [spec.next?.then, spec.next?.catch ?? spec.next?.then]
        : [];
  for (const next of named) {
    if (next === undefined) {
      throw misuse(step, `called op.${call}(…) without "then": name the step that continues`);
    }
    if (typeof next !== 'string' || !Object.hasOwn(steps, next)) {
      throw misuse(step, `called op.${call}(…) with "${text(next)}", which is not a step of this worker`);
    }
  }
  if (spec.type !== 'wait') return;
  // An absent duration, such as a setting that nobody has set, would be no sleep at all.
  if (call === 'sleep' && spec.sleep === undefined)
    throw misuse(step, 'called op.sleep(…) without a duration, such as "30s"');
  if (!Array.isArray(spec.children))
    throw misuse(step, `called op.${call}(…) with children that are no array`);
  if (!Array.isArray(spec.notifications))
    throw misuse(step, `called op.${call}(…) with notifications that are no array`);
  for (const name of spec.notifications) {
    if (Object.hasOwn(definition.notifications ?? {}, name)) continue;
    const unknown = text(name);
    throw misuse(
      step,
      `called op.${call}(…) with "${unknown}", which is not a notification of the definition`,
    );
  }
}
