import { describe, expect, it } from 'vitest';
import type { Action } from '../../shared/access/access.ts';
import { readPolicy } from '../../shared/access/policy-file.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';

const policyOf = (...bindings: object[]) => readPolicy(Buffer.from(JSON.stringify({ bindings })));

const POLICY = policyOf(
  { members: ['user:boss@example.com'], action: 'administer' },
  { members: ['serviceAccount:a@p.iam.gserviceaccount.com'], action: 'act', prefix: 'a-' },
  { members: ['domain:example.com'], action: 'read', labels: { team: 'a' } },
  { members: ['everyone'], action: 'read', prefix: 'public-' },
);

const on = (id: string, labels: Record<string, string> = {}) => ({ name: operationName(id), labels });
const ask = (email: string | undefined, action: Action, operation?: ReturnType<typeof on>) =>
  POLICY.authorize({ email }, action, operation);

describe('a policy', () => {
  it.each([
    ['boss@example.com', 'administer', on('x'), true],
    ['boss@example.com', 'read', on('x'), true],
    ['a@p.iam.gserviceaccount.com', 'act', on('a-1'), true],
    ['a@p.iam.gserviceaccount.com', 'read', on('a-1'), true],
    ['a@p.iam.gserviceaccount.com', 'administer', on('a-1'), false],
    ['a@p.iam.gserviceaccount.com', 'act', on('b-1'), false],
    ['a@p.iam.gserviceaccount.com', 'act', on('A-1'), false],
    ['c@example.com', 'read', on('x', { team: 'a' }), true],
    ['c@example.com', 'read', on('x', { team: 'b' }), false],
    ['c@example.com', 'read', on('x'), false],
    ['c@example.com', 'act', on('x', { team: 'a' }), false],
    ['c@sub.example.com', 'read', on('x', { team: 'a' }), false],
    ['example.com', 'read', on('x', { team: 'a' }), true],
    ['c@evil-example.com', 'read', on('x', { team: 'a' }), false],
    ['c@evil.example', 'read', on('public-1'), true],
    [undefined, 'read', on('public-1'), false],
  ] as const)('grants %s to %s %j: %s', (email, action, operation, granted) => {
    // An issuer gives no address without an @, and the part behind it is all that a domain is compared with.
    expect(ask(email, action, operation)).toBe(granted);
  });

  it('grants nothing by a prefix for an operation whose id is not chosen yet', () => {
    const unnamed = { name: undefined, labels: {} };
    expect(POLICY.authorize({ email: 'a@p.iam.gserviceaccount.com' }, 'act', unnamed)).toBe(false);
    expect(POLICY.authorize({ email: 'boss@example.com' }, 'act', unnamed)).toBe(true);
  });

  it('lets a call about many operations see those that a binding covers', () => {
    expect(ask('boss@example.com', 'read')).toBe(true);
    expect(ask('nobody@other.example', 'act')).toBe(false);
    const publicOnes = { kind: 'text', subject: 'name', relation: 'startsWith', value: 'operations/public-' };
    const ofTeam = { kind: 'text', subject: 'labels.team', relation: '=', value: 'a' };
    expect(ask('c@example.com', 'read')).toEqual({
      kind: 'any',
      of: [
        { kind: 'all', of: [ofTeam] },
        { kind: 'all', of: [publicOnes] },
      ],
    });
  });

  it('grants a binding to each of its members', () => {
    const policy = policyOf({ members: ['user:a@example.com', 'domain:b.example'], action: 'read' });
    for (const email of ['a@example.com', 'c@b.example']) {
      expect(policy.authorize({ email }, 'read', on('x'))).toBe(true);
    }
    expect(policy.authorize({ email: 'c@example.com' }, 'read', on('x'))).toBe(false);
  });

  it('needs the labels of operations only if a binding has labels', () => {
    expect(POLICY.looksAtLabels).toBe(true);
    expect(policyOf({ members: ['everyone'], action: 'read', prefix: 'a-' }).looksAtLabels).toBe(false);
  });

  it('grants nothing if it is empty', () => {
    expect(policyOf().authorize({ email: 'boss@example.com' }, 'read', on('x'))).toBe(false);
    expect(policyOf().authorize({ email: 'boss@example.com' }, 'read', undefined)).toBe(false);
  });

  it('ignores property names that every object inherits, such as constructor, as labels', () => {
    const policy = policyOf({ members: ['everyone'], action: 'read', labels: { constructor: 'x' } });
    expect(policy.authorize({ email: 'a@b.c' }, 'read', on('x'))).toBe(false);
  });
});

describe('a policy file', () => {
  const members = ['user:a@example.com'];
  it.each([
    ['no JSON', '{', 'policy'],
    ['an array', '[]', 'policy'],
    ['no bindings', '{}', 'bindings'],
    ['a misspelt field', '{"binding":[],"bindings":[]}', 'binding'],
    ['a misspelt field of a binding', { members, action: 'read', prefixes: 'a' }, 'bindings.0.prefixes'],
    ['no members', { action: 'read' }, 'bindings.0.members'],
    ['an empty list of members', { members: [], action: 'read' }, 'bindings.0.members'],
    ['a member of no kind', { members: ['a@example.com'], action: 'read' }, 'bindings.0.members.0'],
    [
      'a group, which no token names',
      { members: ['group:g@example.com'], action: 'read' },
      'bindings.0.members.0',
    ],
    ['an address in upper case', { members: ['user:A@example.com'], action: 'read' }, 'bindings.0.members.0'],
    ['a domain with an @', { members: ['domain:@example.com'], action: 'read' }, 'bindings.0.members.0'],
    [
      'a domain with a wildcard',
      { members: ['domain:*.example.com'], action: 'read' },
      'bindings.0.members.0',
    ],
    ['allUsers', { members: ['allUsers'], action: 'read' }, 'bindings.0.members.0'],
    ['no action', { members }, 'bindings.0.action'],
    ['an unknown action', { members, action: 'write' }, 'bindings.0.action'],
    ['an inherited action', { members, action: 'constructor' }, 'bindings.0.action'],
    ['an empty prefix', { members, action: 'read', prefix: '' }, 'bindings.0.prefix'],
    [
      'a prefix that is as long as an id',
      { members, action: 'read', prefix: 'a'.repeat(128) },
      'bindings.0.prefix',
    ],
    [
      'a label key of 64 characters',
      { members, action: 'read', labels: { ['k'.repeat(64)]: '' } },
      'bindings.0.labels',
    ],
    [
      'a prefix with the collection',
      { members, action: 'read', prefix: 'operations/a' },
      'bindings.0.prefix',
    ],
    ['a label that is no text', { members, action: 'read', labels: { a: 1 } }, 'bindings.0.labels.a'],
    [
      'a label key that no operation has',
      { members, action: 'read', labels: { 'a b': 'x' } },
      'bindings.0.labels',
    ],
  ])('with %s is refused with the field', (_, content, field) => {
    const text = typeof content === 'string' ? content : JSON.stringify({ bindings: [content] });
    let refusal: unknown;
    try {
      readPolicy(Buffer.from(text));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(InvalidInput);
    expect((refusal as InvalidInput).field).toBe(field);
  });
});

it('a policy file may have the longest prefix and label key that an operation can have', () => {
  const longest = { prefix: 'a'.repeat(127), labels: { [`K${'9'.repeat(62)}`]: 'x' } };
  const policy = policyOf({ members: ['everyone'], action: 'read', ...longest });
  const operation = on('a'.repeat(128), longest.labels);
  expect(policy.authorize({ email: 'a@example.com' }, 'read', operation)).toBe(true);
});

it.each([
  'user:a@example',
  'user:@example.com',
  'user:a b@example.com',
  'user:a@b@example.com',
  'user:a@exam ple.com',
  'user:a@.com',
  'user:a@example.',
  'user:a@example.com,user:b@example.com',
  'domain:example',
  'domain:.com',
  'domain:example.',
  'domain:example.com/',
  'domain:example.com ',
  'User:a@example.com',
  'xuser:a@example.com',
  'user:',
  'everyone ',
])('a policy file with the member "%s", whom no token names, is refused', (text) => {
  expect(() => policyOf({ members: [text], action: 'read' })).toThrow('must be user:EMAIL');
});
