/** The children of a wait with their results. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, ref, text, time } from './json-schema.ts';

export const outcomes = ['PENDING', 'TIMED_OUT', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND'];

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
      response: ref('Any'),
      error: ref('Status'),
      createTime: time,
      completeTime: time,
    },
    ['name', 'outcome'],
  ),
};
