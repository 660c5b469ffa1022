/** What a definition keeps, and what is none. */
import * as v from 'valibot';
import { expect, it } from 'vitest';
import {
  childOf,
  defineOperation,
  definitionOf,
  externalOperation,
  kindOf,
} from '../../shared/client/definition.ts';

const input = v.object({});
const response = v.object({});
const external = externalOperation({
  endpoint: 'https://a.example',
  audience: 'https://b.example',
  response,
});

it('operations of another service keep their endpoint and the audience of its tokens', () => {
  expect(kindOf(external)).toMatchObject({ endpoint: 'https://a.example', audience: 'https://b.example' });
});

it('an operation of another service has no definition here', () => {
  expect(() => definitionOf(external)).toThrow('not of another service');
  expect(definitionOf(defineOperation('a.v1.A', { input }))).toMatchObject({ method: 'a.v1.A' });
});

it('what is no definition is refused where one is needed, and what is no child likewise', () => {
  const child = defineOperation('a.v1.A', { input })({});
  expect(() => kindOf(child as never)).toThrow('definition: must be what defineOperation');
  expect(() => kindOf(undefined as never)).toThrow('definition: must be what defineOperation');
  expect(() => childOf(defineOperation('a.v1.A', { input }) as never, 'children')).toThrow(
    'children: must be a child',
  );
});
