import type { Connector } from '../connectors/connector.ts';
import type { Scope } from '../runner/scope.ts';
import type { Position, Problem } from '../source/problem.ts';
import type { BlockingFunction } from '../stdlib/function.ts';
import type { Value } from '../values/value.ts';
import type { Binding } from './lexical-scope.ts';

/** A workflow ready to run: names resolved to slots, expressions to closures, jumps to places. */
export interface Program {
  readonly routines: ReadonlyMap<string, CompiledRoutine>;
  /** What is valid in the source, but most likely a mistake. */
  readonly warnings: readonly Problem[];
}

export interface CompiledRoutine {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback?: Evaluation }[];
  readonly names: readonly string[];
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
    | {
        readonly kind: 'blocking';
        readonly function: BlockingFunction;
        readonly args: readonly Evaluation[];
        /** The names of the arguments that the source gives; the others have their defaults. */
        readonly given: ReadonlySet<string>;
      }
    | { readonly kind: 'pure'; readonly value: Evaluation }
    | { readonly kind: 'connector'; readonly connector: Connector; readonly args: Evaluation };
  readonly result?: Binding;
}

export interface CompiledLoop {
  readonly names: readonly string[];
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
  readonly names: readonly string[];
  readonly block: Block;
}

export interface TryOperation {
  readonly kind: 'try';
  readonly block: Block;
  /** Gives the policy as a map with `predicate`, `max_retries` and `backoff`. */
  readonly retry?: Evaluation;
  readonly except?: { readonly names: readonly string[]; readonly variable?: number; readonly block: Block };
}
