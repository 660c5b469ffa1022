import { expect, it } from 'vitest';
import type { AnyValue } from '../../shared/lifecycle/result.ts';
import { anyFromJson } from '../../shared/messages/json.ts';
import { sameContent } from '../../shared/messages/same-content.ts';

const STRUCT = 'type.googleapis.com/google.protobuf.Struct';
const ANY = 'type.googleapis.com/google.protobuf.Any';

const struct = (value: object) => anyFromJson({ '@type': STRUCT, value: value as never }, 'input');
const nested = (value: object) =>
  anyFromJson({ '@type': ANY, value: { '@type': STRUCT, value: value as never } }, 'input');
const unknown = (text: string): AnyValue => ({ typeUrl: 'example.com/Text', value: Buffer.from(text) });

it.each<[string, AnyValue, AnyValue, boolean]>([
  ['fields in another order', struct({ a: 1, b: 2 }), struct({ b: 2, a: 1 }), true],
  [
    'fields of an inner object in another order',
    struct({ o: { a: 1, b: 2 } }),
    struct({ o: { b: 2, a: 1 } }),
    true,
  ],
  ['fields in another order within an Any', nested({ a: 1, b: 2 }), nested({ b: 2, a: 1 }), true],
  ['another value', struct({ a: 1, b: 2 }), struct({ b: 1, a: 1 }), false],
  ['one field more', struct({ a: 1 }), struct({ a: 1, b: null }), false],
  ['a list in another order', struct({ l: [1, 2] }), struct({ l: [2, 1] }), false],
  ['another type', struct({}), unknown(''), false],
  ['the same bytes of an unknown type', unknown('ab'), unknown('ab'), true],
  ['other bytes of an unknown type', unknown('ab'), unknown('ba'), false],
])('payloads with %s', (_, one, other, same) => {
  expect(sameContent(one, other)).toBe(same);
  expect(sameContent(other, one)).toBe(same);
});
