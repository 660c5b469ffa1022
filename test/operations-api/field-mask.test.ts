import { describe, expect, it } from 'vitest';
import { masked, parseFieldMask } from '../../shared/operations-api/field-mask.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';

const ANSWER = {
  operations: [
    { name: 'a', done: true, error: { code: 5, message: 'why' } },
    { name: 'b', done: false },
  ],
  nextPageToken: 'next',
};
const kept = (fields: string) => masked(ANSWER, parseFieldMask(fields));

describe('the fields of a partial answer', () => {
  it.each([
    ['nextPageToken', { nextPageToken: 'next' }],
    ['operations', { operations: ANSWER.operations }],
    ['operations/name', { operations: [{ name: 'a' }, { name: 'b' }] }],
    ['operations.name', { operations: [{ name: 'a' }, { name: 'b' }] }],
    ['operations(name,error/code)', { operations: [{ name: 'a', error: { code: 5 } }, { name: 'b' }] }],
    ['operations(error(code,message))', { operations: [{ error: { code: 5, message: 'why' } }, {}] }],
    [
      'operations/error/code,operations/done',
      { operations: [{ done: true, error: { code: 5 } }, { done: false }] },
    ],
    ['operations/error/code,operations/error', { operations: [{ error: { code: 5, message: 'why' } }, {}] }],
    ['*/name', { operations: [{ name: 'a' }, { name: 'b' }], nextPageToken: 'next' }],
    ['*', ANSWER],
    ['unknown,nextPageToken', { nextPageToken: 'next' }],
    ['constructor', {}],
  ])('%s are kept, and no other', (fields, answer) => {
    expect(kept(fields)).toEqual(answer);
  });

  it.each([
    ...[
      '',
      ',',
      'name,',
      ',name',
      'name,,done',
      '/name',
      'name/',
      'name//code',
      '(name)',
      'name()',
      'a(b',
      'a(b,',
    ],
    ...['a)', 'a(b))', 'a(b)c', 'name done', ' name', 'name\n'],
  ])('are refused as %j', (fields) => {
    expect(() => parseFieldMask(fields)).toThrow(InvalidInput);
  });

  it('have at most 16 levels below the first, and 2,048 characters', () => {
    const deep = (levels: number) => Array(levels).fill('a').join('/');
    const nested = (levels: number) => `${'a('.repeat(levels - 1)}a${')'.repeat(levels - 1)}`;
    for (const path of [deep, nested]) {
      expect(parseFieldMask(path(17))).toHaveLength(1);
      expect(() => parseFieldMask(path(18))).toThrow(InvalidInput);
    }
    expect(parseFieldMask('a'.repeat(2_048))).toHaveLength(1);
    expect(() => parseFieldMask('a'.repeat(2_049))).toThrow(InvalidInput);
    expect(() => parseFieldMask('('.repeat(1_000_000))).toThrow(InvalidInput);
  });
});
