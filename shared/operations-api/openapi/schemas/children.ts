/** The children of a wait with their results. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, ref, state, text, time } from './json-schema.ts';

export const outcomes = ['PENDING', 'TIMED_OUT', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND'];

export const presentState = {
  ...state,
  description:
    'Its state now, where the outcome is PENDING or TIMED_OUT: it may have ended after the wait did.',
};

export const children: JsonObject = {
  ListChildrenResponse: closed(
    { children: { type: 'array', items: ref('ListedChild'), maxItems: 1000 }, nextPageToken: text },
    ['children'],
  ),
  ListedChild: closed(
    {
      name: text,
      method: text,
      key: text,
      outcome: { enum: outcomes },
      presentState,
      response: ref('Any'),
      error: ref('Status'),
      createTime: time,
      completeTime: time,
    },
    ['name', 'outcome'],
  ),
};
