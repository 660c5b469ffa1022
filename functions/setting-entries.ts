/** The entries of a setting that is a list, without the spaces around them. An empty text has none. */
export function entriesOf(list: string): readonly string[] {
  return list.trim() === '' ? [] : list.split(',').map((entry) => entry.trim());
}
