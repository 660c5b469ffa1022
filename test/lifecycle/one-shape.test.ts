import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DELETED_EVENT_ID, type LifecycleEvent } from '../../shared/lifecycle/event.ts';
import type { Operation } from '../../shared/lifecycle/operation.ts';
import {
  any,
  cancelRequested,
  created,
  dispatched,
  event,
  failed,
  resumed,
  succeeded,
  waiting,
} from './events.ts';
import { History } from './history.ts';

const deleted: LifecycleEvent = {
  ...event(20, { type: 'cancelled' }),
  type: 'deleted',
  eventId: DELETED_EVENT_ID,
};

const EVENTS: readonly LifecycleEvent[] = [
  created(1, 'example.v1.Make', any('new')),
  dispatched(2, { catchPoint: 'undo' }, 60_000),
  event(3, { type: 'progressed', metadata: any('half') }),
  event(4, { type: 'checkpointed', resumePoint: 'there' }),
  event(5, { type: 'heartbeat', catchPoint: 'undo' }, { attempt: 1, worker: 'w' }),
  waiting(6, 'after'),
  resumed('waiting-6'),
  event(7, { type: 'notified', name: 'paid' }),
  event(8, { type: 'attemptFailed', released: false }, { attempt: 1 }),
  cancelRequested(9),
  succeeded(10),
  failed(11),
  event(12, { type: 'cancelled' }),
  deleted,
];

const fieldsOf = (value: object) => Object.keys(value);
const FIELDS = fieldsOf(operationAfter(created(1)));

function operationAfter(...events: readonly LifecycleEvent[]): Operation {
  const history = new History();
  for (const one of events) history.apply(one);
  if (!history.operation) throw new Error('The events made no operation.');
  return history.operation;
}

it.each<[state: Operation['state'], ...events: LifecycleEvent[]]>([
  ['RUNNING', event(3, { type: 'progressed', metadata: any('half') })],
  ['WAITING', created(1), waiting(6)],
  ['SUCCEEDED', created(1), succeeded(10)],
  ['FAILED', created(1), failed(11)],
  ['CANCELLED', created(1), event(12, { type: 'cancelled' })],
  ['DELETED', created(1), deleted],
])(
  'an operation that is %s has the fields of every other operation, in the same order',
  (state, ...events) => {
    const operation = operationAfter(...events);
    expect(operation.state).toBe(state);
    expect(fieldsOf(operation)).toEqual(FIELDS);
  },
);

it('operations, attempts and waits have the same fields in the same order after any events', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...EVENTS], { minLength: 1 }), (events) => {
      const history = new History();
      for (const one of events) {
        history.apply(one);
        if (!history.operation) continue;
        expect(fieldsOf(history.operation)).toEqual(FIELDS);
        for (const attempt of history.operation.attempts) {
          expect(fieldsOf(attempt)).toEqual(['number', 'startTime', 'worker', 'end']);
        }
      }
      const [first, ...others] = [...history.waits.values()].map(fieldsOf);
      for (const other of others) expect(other).toEqual(first);
    }),
  );
});
