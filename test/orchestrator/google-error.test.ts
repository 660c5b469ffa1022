import { describe, expect, it } from 'vitest';
import { failureFrom } from '../../shared/orchestrator/google-error.ts';
import { dispositionOf, Failure } from '../../shared/orchestrator/ports/failure.ts';

describe("a client library's error", () => {
  it.each([
    [2, 'unavailable', 'retry'],
    [3, 'invalid', 'retry'],
    [4, 'unavailable', 'retry'],
    [5, 'notFound', 'retry'],
    [7, 'permission', 'retry'],
    [8, 'unavailable', 'retry'],
    [9, 'precondition', 'retry'],
    [10, 'conflict', 'retry'],
    [12, 'permanent', 'deadLetter'],
    [13, 'unavailable', 'retry'],
    [14, 'unavailable', 'retry'],
    [16, 'permission', 'retry'],
    ['ECONNREFUSED', 'unavailable', 'retry'],
  ] as const)('with code %s is a failure of the kind %s', (code, kind, disposition) => {
    const failure = failureFrom(Object.assign(new Error('refused'), { code }), 'publishing to topic');
    expect(failure).toMatchObject({ kind, message: 'publishing to topic: refused' });
    expect(dispositionOf(failure)).toBe(disposition);
  });

  it('that is its own refusal of a value can never pass', () => {
    expect(failureFrom(new TypeError('Data must be a Buffer'), 'publishing').kind).toBe('permanent');
  });

  it('is taken once', () => {
    const failure = new Failure('conflict', 'x');
    expect(failureFrom(failure, 'again')).toBe(failure);
  });
});

describe('a refusal of the event itself', () => {
  it.each(['invalid', 'notFound', 'precondition'] as const)('of the kind %s is not retried', (kind) => {
    expect(dispositionOf(new Failure(kind, 'the event breaks a rule'))).toBe('deadLetter');
  });
});

describe('an operation that is not there', () => {
  it('is nothing that an event could wait for', () => {
    expect(dispositionOf(new Failure('notFound', 'operations/x does not exist'))).toBe('deadLetter');
  });
});
