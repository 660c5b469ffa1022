/** The history of one dispatched operation, and the events of its workers and of the clock. */
import type { DispatchTerms } from '../../shared/lifecycle/dispatch.ts';
import type { LifecycleEvent, WorkerEvent } from '../../shared/lifecycle/event.ts';
import { CIRCUMSTANCES, dispatched, event, START, waiting } from './events.ts';
import { History } from './history.ts';

export const SECOND = 1_000;

export function of(attempt: number, tick: number, body: WorkerEvent, worker = 'w1'): LifecycleEvent {
  return event(tick, body, { attempt, worker });
}
export const heartbeat = (attempt: number, tick: number, worker?: string) =>
  of(attempt, tick, { type: 'heartbeat' }, worker);
export const attemptFailed = (attempt: number, tick: number, code = 14, rest: object = {}) =>
  of(attempt, tick, {
    type: 'attemptFailed',
    error: { code, message: 'broke', details: [] },
    released: false,
    ...rest,
  });

let looks = 0;
/** The clock has come to `tick`, and `sweep` has run since the start. */
export function elapsed(tick: number, sweptSince = 0): LifecycleEvent {
  const eventId = `lro:elapsed:${looks++}`;
  const header = event(tick, { type: 'progressed' }, { eventId });
  return { ...header, type: 'elapsed', sweptSince } as LifecycleEvent;
}

export class Dispatched extends History {
  constructor(terms: Partial<DispatchTerms> = {}, timeoutMs?: number) {
    super();
    this.at(0, dispatched(0, terms, timeoutMs));
  }

  /** Applies the event when it is published. */
  at(tick: number, item: LifecycleEvent) {
    return this.apply(item, { ...CIRCUMSTANCES, now: START + tick });
  }

  hear(item: LifecycleEvent) {
    return this.at(item.publishTime - START, item);
  }

  /** The signals that were sent, with their attempts. */
  signals(): string[] {
    return this.effects.flatMap((effect) =>
      effect.kind.startsWith('signal') ? [`${effect.kind} ${'attempt' in effect ? effect.attempt : ''}`] : [],
    );
  }
}

export function waitingBody() {
  const { terms, children } = waiting(0) as Extract<LifecycleEvent, { type: 'waiting' }>;
  return { type: 'waiting', terms, children, spawn: [] } as const;
}
