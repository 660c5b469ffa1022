/** `:explain`: why an operation is not done, or why it ended as it did. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, count, operationName, ref, shortError, state, text, time } from './json-schema.ts';

export const explanation: JsonObject = {
  Explanation: closed(
    {
      sentence: { type: 'string', description: 'What a person reads first.' },
      name: operationName,
      state,
      blockedBy: {
        type: 'array',
        items: ref('Blocker'),
        description: 'The leaves that block it, through any depth of waits; empty for one that is done.',
      },
      causes: {
        type: 'array',
        items: ref('Cause'),
        description: 'From an operation that failed or was cancelled to the first cause of that.',
      },
      truncated: closed({ operations: count }, ['operations'], {
        description: 'How many operations were not looked at: an explanation looks at 1000.',
      }),
      sweep: closed({ lastRunTime: time, late: { const: true } }, []),
    },
    ['sentence', 'name', 'state', 'blockedBy', 'sweep'],
  ),
  Blocker: closed(
    {
      name: text,
      state,
      waiter: operationName,
      description: text,
      since: time,
      waitsFor: {
        type: 'object',
        properties: {
          kind: {
            enum: [
              'SIGNAL',
              'WORKER',
              'LOST_LEASE',
              'BACKOFF',
              'SLEEP',
              'CREATION',
              'EXTERNAL_OPERATION',
              'NOTIFICATION',
              'END_OF_WAIT',
            ],
          },
          cancelTime: time,
        },
        required: ['kind'],
      },
      wakes: closed(
        {
          by: { enum: ['event', 'lease', 'deadline', 'sweep', 'workflow', 'retry'] },
          time,
          overdue: { const: true },
        },
        ['by'],
        { description: 'What wakes it where no event comes before.' },
      ),
      launchRefused: closed({ reason: text, time }, ['reason', 'time']),
    },
    ['name', 'description', 'waitsFor', 'since', 'wakes'],
  ),
  Cause: closed(
    {
      name: text,
      state: { enum: [...state.enum, 'NOT_FOUND', 'TIMED_OUT'] },
      endedBy: text,
      time,
      attempt: count,
      worker: text,
      error: shortError,
    },
    ['name', 'state', 'endedBy'],
  ),
};
