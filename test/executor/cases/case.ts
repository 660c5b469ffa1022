/**
 * One thing that the language does, and the page of Google's documentation (or the schema of its samples) that says
 * so. `uncertain` marks a choice of ours where the pages are silent; the executor's README lists those.
 */
export type Case = {
  readonly name: string;
  readonly page: string;
  readonly workflow: string;
  /** JSON text. */
  readonly argument?: string;
  readonly expected: Expected;
};

export type Expected =
  /** JSON text, so that integers and doubles are told apart. */
  | { readonly kind: 'result'; readonly json: string }
  /** A raised error map with that tag. */
  | { readonly kind: 'error'; readonly tag: string; readonly message?: RegExp }
  /** A raised value, as JSON text. */
  | { readonly kind: 'raised'; readonly json: string }
  /** A problem found before the run. */
  | { readonly kind: 'problem'; readonly message: RegExp };

/** Expressions with the JSON they give. */
export function values(
  page: string,
  table: readonly (readonly [expression: string, json: string])[],
): Case[] {
  return table.map(([expression, json]) => ({
    page,
    name: `${expression} is ${json}`,
    workflow: returning(expression),
    expected: { kind: 'result', json },
  }));
}

/** Expressions with the tag of the error they raise. */
export function errors(page: string, table: readonly (readonly [expression: string, tag: string])[]): Case[] {
  return table.map(([expression, tag]) => ({
    page,
    name: `${expression} raises ${tag}`,
    workflow: returning(expression),
    expected: { kind: 'error', tag },
  }));
}

/** A workflow that returns one expression, with some variables at hand. */
function returning(expression: string): string {
  return `
- init:
    assign:
      - m: {a: 1, b: {c: [10, 20]}, nothing: null, "odd key!": 5}
      - l: [1, 2.5, "three", null, [4]]
      - s: "text"
      - i: 7
      - d: 2.5
      - t: true
      - n: null
- answer:
    return: ${JSON.stringify(`\${${expression}}`)}
`;
}
