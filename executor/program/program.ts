import type { Scope } from '../runner/scope.ts';
import type { Position } from '../source/problem.ts';
import type { BlockingFunction } from '../stdlib/function.ts';
import type { Value } from '../values/value.ts';
import type { Binding } from './lexical-scope.ts';

/** A workflow ready to run: names resolved to slots, expressions to closures, jumps to places. */
export interface Program {
  readonly routines: ReadonlyMap<string, CompiledRoutine>;
}

export interface CompiledRoutine {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback?: Evaluation }[];
  readonly slots: number;
  readonly block: Block;
}

/** Filled after it is made, so that jumps can point into it. */
export interface Block {
  readonly instructions: Instruction[];
}

export interface Instruction {
  readonly name: string;
  readonly position: Position;
  readonly operation: Operation;
  readonly next?: Transfer;
}

/**
 * Computes a value from a scope, synchronously. Where it calls a subworkflow it throws a PendingCall, and is computed
 * again once the answer is there; `immediate` says that this can't happen.
 */
export interface Evaluation {
  readonly immediate: boolean;
  readonly value: (scope: Scope) => Value;
}

/** Where control goes instead of to the following step. */
export type Transfer =
  | { readonly kind: 'jump'; readonly block: Block; readonly index: number }
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'end' }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' };

export type Operation =
  | { readonly kind: 'assign'; readonly stores: readonly Store[] }
  | CallOperation
  | { readonly kind: 'switch'; readonly cases: readonly { condition: Evaluation; body: Instruction }[] }
  | { readonly kind: 'for'; readonly loop: CompiledLoop }
  | ParallelOperation
  | TryOperation
  | { readonly kind: 'raise' | 'return'; readonly value: Evaluation }
  | { readonly kind: 'steps'; readonly block: Block }
  | { readonly kind: 'jump' };

export interface Store {
  readonly binding: Binding;
  readonly name: string;
  readonly path: readonly Evaluation[];
  readonly value: Evaluation;
}

/** Arguments in the order of the callee's parameters; undefined takes the default. */
export interface CallOperation {
  readonly kind: 'call';
  readonly callee:
    | { readonly kind: 'routine'; readonly name: string; readonly args: readonly (Evaluation | undefined)[] }
    | { readonly kind: 'blocking'; readonly function: BlockingFunction; readonly args: readonly Evaluation[] }
    | { readonly kind: 'pure'; readonly value: Evaluation }
    | { readonly kind: 'connector'; readonly name: string };
  readonly result?: Binding;
}

export interface CompiledLoop {
  readonly slots: number;
  readonly value: number;
  readonly index?: number;
  readonly source: { readonly kind: 'in' | 'range'; readonly values: Evaluation };
  readonly block: Block;
}

export interface ParallelOperation {
  readonly kind: 'parallel';
  readonly work:
    | { readonly kind: 'branches'; readonly branches: readonly CompiledBranch[] }
    | { readonly kind: 'for'; readonly loop: CompiledLoop };
  readonly concurrencyLimit?: Evaluation;
}

export interface CompiledBranch {
  readonly name: string;
  readonly position: Position;
  readonly slots: number;
  readonly block: Block;
}

export interface TryOperation {
  readonly kind: 'try';
  readonly block: Block;
  /** Gives the policy as a map with `predicate`, `max_retries` and `backoff`. */
  readonly retry?: Evaluation;
  readonly except?: { readonly slots: number; readonly variable?: number; readonly block: Block };
}
