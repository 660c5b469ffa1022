/** Checks that a subscription's filter on `attributes.method` lets the signals of every method through. */

const METHOD_EQUALS = /^attributes\.method\s*=\s*"([^"]*)"$/;

/**
 * Does not check a filter of another form than `attributes.method = "…" OR …`.
 *
 * @throws Error if the filter hides a method: no worker would ever receive its signals
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
    `The filter of ${subscription} excludes ${hidden.join(', ')}. Create another subscription with all methods by "lro deploy apply --worker=NAME --methods=…", because Pub/Sub never changes a filter.`,
  );
}
