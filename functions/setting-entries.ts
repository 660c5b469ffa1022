/**
 * Returns the entries of a setting that is a comma-separated list, without the spaces around them. An empty text has no
 * entries.
 */
export function entriesOf(list: string): readonly string[] {
  return list.trim() === '' ? [] : list.split(',').map((entry) => entry.trim());
}
