/**
 * Reads a list in pages of `size` and calls `visit` with each page. `page` reads at most `limit` items after the item
 * `last`. A page with fewer items is the last one.
 */
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
