import { afterEach, expect, it, vi } from 'vitest';
import { logFault } from '../../shared/operations-api/fault-log.ts';
import { errorBody } from '../../shared/operations-api/http-error.ts';
import { Failure, InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { StillDelivering } from '../../shared/orchestrator/still-delivering.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([
  ['a fault of the deployment', new Failure('unavailable', 'Spanner did not answer'), 1],
  ['a fault of the caller', new InvalidInput('pageSize', 'must not be negative'), 0],
  [
    'a call that comes while the first one with its request id is carried out',
    new StillDelivering('operations/a', 1),
    0,
  ],
])('%s writes as many lines to the log of errors as an operator has to read', (_, error, lines) => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  logFault(error);
  expect(log).toHaveBeenCalledTimes(lines);
});

it('a call that comes while the first one is carried out may be tried again sooner than after a fault', () => {
  const [repeated, failed] = [
    errorBody(new StillDelivering('operations/a', 1)),
    errorBody(new Failure('unavailable', 'Spanner did not answer')),
  ];
  expect(repeated).toMatchObject({ status: 'UNAVAILABLE', details: [{}, { retryDelay: '0.100s' }] });
  expect(failed).toMatchObject({ status: 'UNAVAILABLE', details: [{}, { retryDelay: '1s' }] });
});
