/**
 * Calls that can take long, because the caller chooses how much they cover or how long they wait. Each has a label for the table.
 */
export const LONG_CALLS = {
  inspect: ':inspect of 1,500 waits, one after the other for 3 s',
  wait: '1,500 calls of :wait that are held for 5 s',
  cancel: ':cancel of 2,000 children',
  children: ':inspect of 1,000 children that failed, for 3 s',
} as const;

export type LongCall = keyof typeof LONG_CALLS;
