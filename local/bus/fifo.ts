/** A queue whose operations at both ends take constant time: an array, and the index of its first item. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at] as T;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    // Moves no more items than were removed since the last move, so that the cost per item is constant.
    if (this.#head * 2 >= this.#items.length && this.#head >= 64) {
      this.#moveToBegin();
    } else if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    }
    return item;
  }

  /** In the same array: an array that is replaced would keep its items in memory until the next collection of old objects. */
  #moveToBegin(): void {
    const items = this.#items;
    const { length } = this;
    for (let at = 0; at < length; at++) items[at] = items[this.#head + at];
    items.length = length;
    this.#head = 0;
  }

  /** Inserts the items before the first one, in their order. */
  unshift(items: readonly T[]): void {
    this.#items.splice(0, this.#head, ...items);
    this.#head = 0;
  }
}
