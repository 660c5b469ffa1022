import { describe, expect, it } from 'vitest';
import type { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { ForeignOperation, NO_TENANTS, ofOrigins, Tenants } from '../../shared/orchestrator/tenants.ts';

const tenants = new Tenants([{ topic: 'l-a', prefix: 'a', ending: '-a' }], { lifecycleTopic: 'l' });

describe('tenants', () => {
  it.each([
    ['l-a', 'operations/a1', true],
    ['l-a', 'operations/b1', false],
    ['l', 'operations/b1', true],
    ['l', 'operations/a1', false],
  ] as const)('the topic %s carries %s: %s', (topic, operation, carried) => {
    const check = expect(() => tenants.requireCarried(topic, operation));
    if (carried) check.not.toThrow();
    else check.toThrow(ForeignOperation);
  });

  it.each([undefined, 'other'])(
    'an event by the topic %s is retried: the deployment is wrong, not the event',
    (topic) => {
      expect(() => tenants.requireCarried(topic, 'operations/a1')).toThrow(
        expect.objectContaining({ kind: 'internal' }) as Failure,
      );
    },
  );

  it('without tenants every topic carries everything', () => {
    expect(() => NO_TENANTS.requireCarried(undefined, 'operations/a1')).not.toThrow();
  });

  it('an id that the service chooses is of no tenant by chance', () => {
    const ids = ['a7', 'ab', 'c1'];
    expect(tenants.idFrom(undefined, (attempt) => ids[attempt] ?? '')).toBe('c1');
    expect(tenants.idFrom('operations/a-parent', () => 'c1')).toBe('ac1');
    expect(() => tenants.idFrom(undefined, () => 'a')).toThrow(/operationId/);
  });

  it('knows the deployment’s own URLs by every name of this machine', () => {
    const isOwn = ofOrigins(['http://127.0.0.1:8080', undefined, 'https://f.example.com/x']);
    for (const url of ['http://localhost:8080/v1', 'http://[::1]:8080', 'https://f.example.com/y'])
      expect(isOwn(url), url).toBe(true);
    for (const url of ['http://localhost:8081/v1', 'https://g.example.com', 'nonsense'])
      expect(isOwn(url), url).toBe(false);
  });
});
