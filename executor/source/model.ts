import type { Expression } from '../expression/syntax.ts';
import type { Value } from '../values/value.ts';
import type { Position, Problem } from './problem.ts';

/**
 * A workflow as written: the structure is known to be sound, the names in it are not yet resolved.
 */
export interface Workflow {
  readonly routines: ReadonlyMap<string, Routine>;
  readonly main: Routine;
  /** What is valid, but most likely a mistake. */
  readonly warnings: readonly Problem[];
}

/** `main` or a subworkflow. */
export interface Routine {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly steps: readonly Step[];
  readonly position: Position;
}

export interface Parameter {
  readonly name: string;
  /** Absent: the caller must pass it. */
  readonly fallback?: Template;
  readonly position: Position;
}

export interface Step {
  readonly name: string;
  readonly position: Position;
  readonly action: Action;
  readonly next?: Jump;
}

/** A `next`: the name of a step, or `end`, `break`, `continue`. */
export interface Jump {
  readonly target: string;
  readonly position: Position;
}

export type Action =
  | { readonly kind: 'assign'; readonly assignments: readonly Assignment[] }
  | CallAction
  | { readonly kind: 'switch'; readonly cases: readonly Case[] }
  | { readonly kind: 'for'; readonly loop: Loop }
  | ParallelAction
  | TryAction
  | { readonly kind: 'raise'; readonly value: Template; readonly position: Position }
  | { readonly kind: 'return'; readonly value: Template; readonly position: Position }
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  /** A step that only has a `next`. */
  | { readonly kind: 'jump' };

export interface CallAction {
  readonly kind: 'call';
  readonly callee: string;
  readonly args: Arguments;
  readonly result?: VariableName;
  readonly position: Position;
}

export interface ParallelAction {
  readonly kind: 'parallel';
  readonly work:
    | { readonly kind: 'branches'; readonly branches: readonly Branch[] }
    | { readonly kind: 'for'; readonly loop: Loop };
  readonly shared: readonly VariableName[];
  readonly concurrencyLimit?: Template;
  readonly position: Position;
}

export interface TryAction {
  readonly kind: 'try';
  readonly steps: readonly Step[];
  readonly retry?: Retry;
  readonly except?: Except;
}

export interface VariableName {
  readonly name: string;
  readonly position: Position;
}

/** By name; or, as a list, by position. */
export type Arguments =
  | { readonly kind: 'named'; readonly values: readonly Argument[] }
  | { readonly kind: 'positional'; readonly values: readonly Template[]; readonly position: Position };

export interface Argument {
  readonly name: string;
  readonly value: Template;
  readonly position: Position;
}

/** `variable.key["key"][expression]: value`. */
export interface Assignment {
  readonly variable: string;
  readonly path: readonly Expression[];
  readonly value: Template;
  readonly position: Position;
}

export interface Case {
  readonly condition: Template;
  readonly position: Position;
  /** What runs when the condition holds; its name is that of the switch step. */
  readonly body: Step;
}

export interface Loop {
  readonly value: VariableName;
  readonly index?: VariableName;
  readonly source: { readonly kind: 'in' | 'range'; readonly values: Template };
  readonly steps: readonly Step[];
  readonly position: Position;
}

export interface Branch {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly position: Position;
}

export type Retry =
  | { readonly kind: 'policy'; readonly policy: Template; readonly position: Position }
  | {
      readonly kind: 'parts';
      readonly predicate?: Template;
      readonly maxRetries?: Template;
      readonly initialDelay?: Template;
      readonly maxDelay?: Template;
      readonly multiplier?: Template;
      readonly position: Position;
    };

export interface Except {
  readonly variable?: VariableName;
  readonly steps: readonly Step[];
  readonly position: Position;
}

/** A value in the source: data with expressions anywhere inside it. */
export type Template =
  | { readonly kind: 'literal'; readonly value: Value }
  | {
      readonly kind: 'expression';
      readonly expression: Expression;
      /** What stands between `${` and `}`. */
      readonly text: string;
      readonly position: Position;
    }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: Template, value: Template])[] };
