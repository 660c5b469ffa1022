/** Operations that the fuzzed system has from the start, several of each kind: an input that ends or deletes one leaves the others. */
const COPIES = 4;

const copiesOf = (kind: string) =>
  Array.from({ length: COPIES }, (_, index) => (index === 0 ? kind : `${kind}-${index + 1}`));

export const RUNNING_IDS = copiesOf('known');
export const WAITING_IDS = copiesOf('waiting');
export const DONE_IDS = copiesOf('done');
export const DISPATCHED_IDS = copiesOf('dispatched');

export const KNOWN_IDS = [...RUNNING_IDS, ...WAITING_IDS, ...DONE_IDS, ...DISPATCHED_IDS];
