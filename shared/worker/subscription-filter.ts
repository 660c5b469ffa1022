/** Whether a subscription's filter on `attributes.method` lets the signals of a method through. */

const METHOD_EQUALS = /^attributes\.method\s*=\s*"([^"]*)"$/;

/**
 * @throws Error where the filter hides a method: its operations would never be worked on, without a word. A filter of
 * another form than `attributes.method = "…" OR …` is taken as it is.
 */
export function requireVisible(
  filter: string | undefined,
  methods: readonly string[],
  subscription: string,
): void {
  if (!filter) return;
  const clauses = filter.split(/\s+OR\s+/).map((clause) => METHOD_EQUALS.exec(clause.trim())?.[1]);
  if (clauses.includes(undefined)) return;
  const hidden = methods.filter((method) => !clauses.includes(method));
  if (hidden.length === 0) return;
  throw new Error(
    `The filter of ${subscription} hides ${hidden.join(', ')}: run "lro deploy --worker" again, which makes a subscription with all methods.`,
  );
}
