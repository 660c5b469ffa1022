import { describe, expect, it } from 'vitest';
import { findCycle } from '../../shared/lifecycle/cycle.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';

describe('findCycle', () => {
  // grandparent waits for parent, parent waits for me.
  const waiters = new Map<OperationName, OperationName>([
    ['operations/grandparent', 'operations/parent'],
    ['operations/parent', 'operations/me'],
  ]);

  it.each<[string, OperationName[], OperationName[] | undefined]>([
    ['a stranger', ['operations/other'], undefined],
    ['itself', ['operations/me'], ['operations/me', 'operations/me']],
    [
      'its parent',
      ['operations/other', 'operations/parent'],
      ['operations/me', 'operations/parent', 'operations/me'],
    ],
    [
      'its grandparent',
      ['operations/grandparent'],
      ['operations/me', 'operations/grandparent', 'operations/parent', 'operations/me'],
    ],
  ])('of waiting for %s', (_, children, path) => {
    expect(findCycle('operations/me', children, waiters)).toEqual(path);
  });
});
