/** What can forget its oldest entry: a Map or a Set, which have their entries in the order of insertion. */
interface Entries<K> {
  readonly size: number;
  keys(): Iterable<K>;
  delete(key: K): boolean;
}

/** Removes the oldest entry if there are more than `max`. Call it after each insertion. */
export function keepNewest<K>(entries: Entries<K>, max: number): void {
  if (entries.size <= max) return;
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    break;
  }
}
