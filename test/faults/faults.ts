/** The faults that can happen at one call of one port. */
export const FAULT_KINDS = [
  /** The call fails without an effect. */
  'fails before',
  /** The call has its effect, and its answer is lost. */
  'fails after',
  /** The call has its effect, and its answer comes after the caller has timed out. */
  'answers late',
  /** The call begins after the caller has timed out. */
  'is slow',
  /** The call gets no answer, and the port ends it at its time limit. */
  'never answers',
  /** The call is made twice. */
  'comes twice',
  /** The process dies as it makes the call. */
  'dies before',
  /** The process dies when the call is done, before it sees the answer. */
  'dies after',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** One call of a port, numbered in the order of the run. */
export interface PortCall {
  readonly index: number;
  /** Such as `store.commit`. */
  readonly what: string;
}

/** The plan: the calls that go wrong, and how. */
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
