import { expect, test } from 'vitest';
import { dispositionOf } from '../../shared/orchestrator/failure.ts';
import { publishFailure } from '../../shared/pubsub/publish-failure.ts';

test.for([
  [3, 'invalid', 'deadLetter'],
  [4, 'unavailable', 'retry'],
  [5, 'notFound', 'deadLetter'],
  [7, 'permission', 'retry'],
  [8, 'unavailable', 'retry'],
  [14, 'unavailable', 'retry'],
  [16, 'permission', 'retry'],
  [12, 'permanent', 'deadLetter'],
] as const)('a publish refused with code %i is a failure of the kind %s', ([code, kind, disposition]) => {
  const failure = publishFailure('topic', Object.assign(new Error('refused'), { code }));
  expect(failure).toMatchObject({ kind, message: 'publish to topic: refused' });
  expect(dispositionOf(failure)).toBe(disposition);
});

test('a message that the client library itself refuses can never be published', () => {
  expect(publishFailure('topic', new TypeError('Data must be a Buffer')).kind).toBe('permanent');
});
