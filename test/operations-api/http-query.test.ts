import { describe, expect, it } from 'vitest';
import { booleanParameter, int32Parameter, parseQuery } from '../../shared/operations-api/http-query.ts';
import { refusedField } from '../messages/refused-field.ts';

const KNOWN = ['filter', 'pageSize', 'pageToken'];
const read = (search: string) => Object.fromEntries(parseQuery(search, KNOWN));

describe('a query', () => {
  it.each([
    ['', {}],
    ['filter=a&pageSize=3', { filter: 'a', pageSize: '3' }],
    ['page_size=3', { pageSize: '3' }],
    ['filter=a%20%C3%A4+b', { filter: 'a ä b' }],
    ['filter=100%', { filter: '100%' }],
    ['filter=%zz%4', { filter: '%zz%4' }],
    ['filter=a?b=c', { filter: 'a?b=c' }],
    ['filter=', { filter: '' }],
  ])('%j has the parameters %j', (search, parameters) => {
    expect(read(search)).toEqual(parameters);
  });

  it.each([
    ...['$alt', 'alt', '$fields', 'fields', '$prettyPrint', 'prettyPrint', '$.xgafv', '$apiVersion'],
    ...['$userProject', 'userProject', 'access_token', 'oauth_token', 'key', 'quotaUser', 'callback'],
    ...['uploadType', 'upload_protocol'],
  ])('may have %s, which client libraries send', (name) => {
    expect(read(`${name}=x`)).toEqual({ [name]: 'x' });
  });

  it.each([
    ['an unknown parameter', 'filters=a', 'filters'],
    ['a parameter in another case', 'Filter=a', 'Filter'],
    ['a property that every object has', 'constructor=a', 'constructor'],
    ['a parameter twice', 'filter=a&filter=a', 'filter'],
    ['a parameter in both spellings', 'pageSize=1&page_size=2', 'page_size'],
    ['a name that is too long to repeat', `${'x'.repeat(100)}=a`, `${'x'.repeat(64)}…`],
    ['broken UTF-8', 'pageSize=1&filter=%c3', 'filter'],
    ['half of a pair of surrogates', 'filter=%ED%A0%80', 'filter'],
    ['broken UTF-8 in a name that is too long to repeat', `${'x'.repeat(100)}=%ff`, `${'x'.repeat(64)}…`],
  ])('is refused with %s', (_, search, field) => {
    expect(refusedField(() => read(search))).toBe(field);
  });
});

describe('a number in a query', () => {
  const number = (text: string) => int32Parameter(new Map([['pageSize', text]]), 'pageSize');

  it.each([
    ['0', 0],
    ['-1', -1],
    ['0012', 12],
    ['2147483647', 2_147_483_647],
    ['-2147483647', -2_147_483_647],
    ['', undefined],
  ])('%j is %j', (text, value) => {
    expect(number(text)).toBe(value);
  });

  it.each([
    '2147483648',
    '-2147483649',
    '99999999999',
    '1.5',
    '1e3',
    '0x10',
    ' 1',
    '1 ',
    '+1',
    '--1',
    'Infinity',
    '１',
  ])('is refused as %j', (text) => {
    expect(refusedField(() => number(text))).toBe('pageSize');
  });
});

it('a truth value in a query is true or false', () => {
  const truth = (text: string) => booleanParameter(new Map([['skip', text]]), 'skip');
  expect(['true', 'false', ''].map(truth)).toEqual([true, false, undefined]);
  for (const text of ['True', '1', '0', 'yes', ' true']) expect(refusedField(() => truth(text))).toBe('skip');
});
