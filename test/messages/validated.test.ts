import * as v from 'valibot';
import { expect, it } from 'vitest';
import { arrayOf } from '../../shared/http/body-fields.ts';
import { validated } from '../../shared/messages/validated.ts';

it('a value in which everything is wrong: looks no further than the first issue', () => {
  const children = Array.from({ length: 1_000 }, () => ({}));
  let issues = 0;
  const rule = () => {
    issues++;
    return 'is required';
  };
  const schema = v.object({ children: v.array(v.object({ key: v.string() })) });
  expect(() => validated(schema, { children }, 'body', rule)).toThrow('children.0.key: is required');
  expect(issues).toBe(1);
});

it('refuses an array with too many items before it checks an item', () => {
  let seen = 0;
  const item = v.custom<unknown>(() => ++seen > 0);
  const schema = v.object({ messages: arrayOf(item, 3) });
  expect(() => validated(schema, { messages: [1, 2, 3, 4] }, 'body')).toThrow(
    'messages: must have at most 3 items',
  );
  expect(seen).toBe(0);
  expect(validated(schema, { messages: [1, 2, 3] }, 'body')).toEqual({ messages: [1, 2, 3] });
});
