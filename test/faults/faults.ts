/** What can go wrong at one call of one port. */
export const FAULT_KINDS = [
  /** The call fails, and has done nothing. */
  'fails before',
  /** The call does what it should, and its answer is lost. */
  'fails after',
  /** The call does what it should, and its answer comes after others have given up waiting. */
  'answers late',
  /** The call begins to do what it should after others have given up waiting. */
  'is slow',
  /** The call has no answer, and its port gives it up at its limit. */
  'never answers',
  /** The call is made twice. */
  'comes twice',
  /** The process dies as it makes the call. */
  'dies before',
  /** The process dies when the call is done, before it sees the answer. */
  'dies after',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** One call of a port, in the order in which a run makes them. */
export interface PortCall {
  readonly index: number;
  /** Such as `store.commit`. */
  readonly what: string;
}

/** Which calls of a run go wrong, and how. */
export type FaultPlan = (call: PortCall) => FaultKind | undefined;

export const NO_FAULT: FaultPlan = () => undefined;

export function faultAt(index: number, kind: FaultKind): FaultPlan {
  return (call) => (call.index === index ? kind : undefined);
}

/** Each call goes wrong with this probability. */
export function faultsAtRandom(random: () => number, probability: number): FaultPlan {
  return () => {
    if (random() >= probability) return undefined;
    return FAULT_KINDS[Math.floor(random() * FAULT_KINDS.length)];
  };
}
