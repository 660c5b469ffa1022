import type { Position } from './problem.ts';

/** A YAML or JSON document with the place of every part. */
export type SourceNode =
  | {
      readonly kind: 'scalar';
      readonly value: null | boolean | bigint | number | string;
      readonly position: Position;
    }
  | { readonly kind: 'list'; readonly items: readonly SourceNode[]; readonly position: Position }
  | { readonly kind: 'map'; readonly entries: readonly SourceEntry[]; readonly position: Position };

export interface SourceEntry {
  readonly key: string;
  readonly position: Position;
  readonly value: SourceNode;
}
