/**
 * The memory through which the lease thread learns of leases. A message would wake the thread for each attempt, and nearly every attempt
 * ends before its first renewal. So the thread looks at this memory now and then instead.
 *
 * 1. Only the main thread writes.
 * 2. The number of a lease is written last and removed first, and no two leases have the same number. So what the thread has read of a
 *    lease is right as long as the number is still there.
 *
 * A slot has four 32-bit integers: the number of the lease, or 0 in a free slot; the attempt; the time between two renewals in
 * milliseconds; and the length of the operation id. The id follows, in Latin-1.
 */

/** An operation id has at most 128 characters. */
const MAX_ID = 128;
const HEADER_INTS = 4;

/** The sizes that the thread needs, too. */
export const BOARD = {
  slots: 256,
  headerBytes: HEADER_INTS * 4,
  slotBytes: HEADER_INTS * 4 + MAX_ID,
} as const;

/** The lease in a slot. */
export interface BoardEntry {
  readonly lease: number;
  readonly operationId: string;
  readonly attempt: number;
  readonly intervalMs: number;
}

/** A place for one lease. */
export class LeaseSlot {
  readonly #ints: Int32Array;
  readonly #id: Buffer;

  constructor(block: SharedArrayBuffer, index: number) {
    const start = index * BOARD.slotBytes;
    this.#ints = new Int32Array(block, start, HEADER_INTS);
    this.#id = Buffer.from(block, start + BOARD.headerBytes, MAX_ID);
  }

  write({ lease, operationId, attempt, intervalMs }: BoardEntry): void {
    const ints = this.#ints;
    ints[1] = attempt;
    ints[2] = intervalMs;
    ints[3] = this.#id.write(operationId, 'latin1');
    Atomics.store(ints, 0, lease);
  }

  clear(): void {
    Atomics.store(this.#ints, 0, 0);
  }
}

/** The slots, in blocks. A block is added where all slots have leases, and stays. */
export class LeaseBoard {
  readonly #blocks: SharedArrayBuffer[] = [];
  readonly #free: LeaseSlot[] = [];
  readonly #added: (block: SharedArrayBuffer) => void;

  /** @param added is called with each new block */
  constructor(added: (block: SharedArrayBuffer) => void) {
    this.#added = added;
  }

  get blocks(): readonly SharedArrayBuffer[] {
    return this.#blocks;
  }

  add(entry: BoardEntry): LeaseSlot {
    if (this.#free.length === 0) this.#addBlock();
    const slot = this.#free.pop() as LeaseSlot;
    slot.write(entry);
    return slot;
  }

  remove(slot: LeaseSlot): void {
    slot.clear();
    this.#free.push(slot);
  }

  #addBlock(): void {
    const block = new SharedArrayBuffer(BOARD.slots * BOARD.slotBytes);
    this.#blocks.push(block);
    for (let index = 0; index < BOARD.slots; index++) this.#free.push(new LeaseSlot(block, index));
    this.#added(block);
  }
}
