import type { Operator } from './lexer.ts';

/** A part of the filter's text with its position. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

/** The syntax of a filter, before fields and values are checked. */
export type Syntax =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Syntax[] }
  | { readonly kind: 'not'; readonly of: Syntax }
  | Restriction;

export interface Restriction {
  readonly kind: 'restriction';
  /** The field, split at its dots. */
  readonly path: readonly Word[];
  /** Absent for a single word without an operator. */
  readonly comparison?: { readonly operator: Operator; readonly start: number; readonly value: Word };
}
