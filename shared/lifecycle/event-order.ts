/**
 * The order of an event among the events of its operation: a string that sorts as the events do.
 *
 * Invariant: it is a total order over all events of an operation, so that "the newest wins" gives one answer for every order of
 * arrival. Events are ordered by attempt first. Within an attempt, events with a sequence come after all events without one,
 * because comparing a sequence with a time could form a cycle. The event id decides between equal times.
 *
 * Compatibility: events of attempt 0 keep the form of a release without attempts, which sorts before all others.
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
  const turn = turnOf(attempt);
  const rank = sequence === undefined ? '0' : `1${digits(sequence + INT64_OFFSET, 20)}`;
  const time = digits(seconds + YEAR_ONE_OFFSET, 12) + digits(nanos, 9);
  return `${turn}${rank}/${time}/${eventId}` as EventOrder;
}

/** Whether the event that set the value is one of this attempt. */
export function isSetIn(attempt: number, register: Register<unknown> | undefined): boolean {
  return attempt > 0 && register?.order.startsWith(turnOf(attempt)) === true;
}

function turnOf(attempt: number): string {
  return attempt === 0 ? '' : `2${digits(attempt, 10)}/`;
}

function digits(value: bigint | number, width: number): string {
  return value.toString().padStart(width, '0');
}

/** A value together with the event that set it. The value of the newest event stands. */
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
