/** Yields all items of a list that is read in pages of `size`. */
export async function eachPage<T>(
  size: number,
  page: (limit: number, last?: T) => Promise<readonly T[]>,
  visit: (items: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let last: T | undefined; ; ) {
    const items = await page(size, last);
    await visit(items);
    if (items.length < size) return;
    last = items[items.length - 1];
  }
}
