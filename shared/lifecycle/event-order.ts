/**
 * Where an event stands among the events of its operation: a string that sorts as the events do.
 *
 * Invariant: it is a total order over all events of an operation, so that "the newest wins" gives one answer whatever
 * order they arrive in. Attempts stand one after the other. Within one, sequenced events stand after all unsequenced
 * ones: comparing a sequence with a time could run in a circle. Equal times are decided by the event id.
 *
 * Compatibility: events of attempt 0 have the form that a release without attempts wrote, which sorts before all others.
 */
export type EventOrder = string & { readonly brand: 'EventOrder' };

export interface EventPosition {
  readonly sequence?: bigint;
  /** Seconds since the epoch, from the year 1 on, as in google.protobuf.Timestamp. */
  readonly seconds: number;
  readonly nanos: number;
}

const INT64_OFFSET = 2n ** 63n;
const YEAR_ONE_OFFSET = 62_135_596_800;

export function eventOrder(
  attempt: number,
  { sequence, seconds, nanos }: EventPosition,
  eventId: string,
): EventOrder {
  const turn = attempt === 0 ? '' : `2${digits(attempt, 10)}/`;
  const rank = sequence === undefined ? '0' : `1${digits(sequence + INT64_OFFSET, 20)}`;
  const time = digits(seconds + YEAR_ONE_OFFSET, 12) + digits(nanos, 9);
  return `${turn}${rank}/${time}/${eventId}` as EventOrder;
}

function digits(value: bigint | number, width: number): string {
  return value.toString().padStart(width, '0');
}

/** A value together with the event that set it: the newest event's value stands. */
export interface Register<T> {
  readonly value: T;
  readonly order: EventOrder;
}

export function newest<T>(held: Register<T> | undefined, offered: Register<T> | undefined) {
  if (!offered) return held;
  return held && held.order >= offered.order ? held : offered;
}

export function oldest<T>(held: Register<T> | undefined, offered: Register<T>): Register<T> {
  return held && held.order <= offered.order ? held : offered;
}
