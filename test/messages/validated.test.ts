import * as v from 'valibot';
import { expect, it } from 'vitest';
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
