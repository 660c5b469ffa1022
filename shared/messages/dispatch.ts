/** The dispatch terms: how the orchestrator starts the work of an operation, watches it and tries it again. */
import type { Dispatch } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { AllFields } from '../lifecycle/all-fields.ts';
import { DEFAULT_DISPATCH, type DispatchTerms } from '../lifecycle/dispatch.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { DAY_MS, type DurationRange, durationMs, SECOND_MS } from './duration.ts';
import { MAX_RESUME_POINT_LENGTH } from './savepoint.ts';
import { requirePlainText } from './text.ts';

const LEASE: DurationRange = { minMs: 5 * SECOND_MS, maxMs: 3_600 * SECOND_MS };
const START_TIMEOUT: DurationRange = { minMs: SECOND_MS, maxMs: 7 * DAY_MS };
const MAX_TRIES = 100;
const BACKOFF: DurationRange = { minMs: 0, maxMs: DAY_MS };
const MAX_MULTIPLIER = 10;
const CANCEL_TIMEOUT: DurationRange = { minMs: SECOND_MS, maxMs: DAY_MS };
const CATCH_TIMEOUT: DurationRange = { minMs: SECOND_MS, maxMs: 365 * DAY_MS };

/**
 * Reads the dispatch terms. Every field has a default.
 *
 * @param path of the terms in the event, such as `created.dispatch`
 * @throws InvalidInput
 */
export function dispatchOf(dispatch: Dispatch, path: string): DispatchTerms {
  const time = (name: string, value: Dispatch['lease'], range: DurationRange, otherwise: number) =>
    value ? durationMs(`${path}.${name}`, value, range) : otherwise;
  const { maxTries, backoffMultiplier } = dispatch;
  const maxBackoffMs = time('maxBackoff', dispatch.maxBackoff, BACKOFF, DEFAULT_DISPATCH.maxBackoffMs);
  return {
    leaseMs: time('lease', dispatch.lease, LEASE, DEFAULT_DISPATCH.leaseMs),
    startTimeoutMs: time(
      'startTimeout',
      dispatch.startTimeout,
      START_TIMEOUT,
      DEFAULT_DISPATCH.startTimeoutMs,
    ),
    maxTries: inRange(`${path}.maxTries`, maxTries, MAX_TRIES, DEFAULT_DISPATCH.maxTries),
    firstBackoffMs: firstBackoffMs(dispatch, path, maxBackoffMs),
    maxBackoffMs,
    backoffMultiplier: inRange(
      `${path}.backoffMultiplier`,
      backoffMultiplier,
      MAX_MULTIPLIER,
      DEFAULT_DISPATCH.backoffMultiplier,
    ),
    cancelTimeoutMs: time(
      'cancelTimeout',
      dispatch.cancelTimeout,
      CANCEL_TIMEOUT,
      DEFAULT_DISPATCH.cancelTimeoutMs,
    ),
    catchPoint: catchPointOf(dispatch, `${path}.catchPoint`),
    catchTimeoutMs: time(
      'catchTimeout',
      dispatch.catchTimeout,
      CATCH_TIMEOUT,
      DEFAULT_DISPATCH.catchTimeoutMs,
    ),
  } satisfies AllFields<DispatchTerms>;
}

/**
 * Returns undefined if there is none.
 *
 * @throws InvalidInput
 */
export function catchPointOf(
  { catchPoint }: { readonly catchPoint: string },
  field: string,
): string | undefined {
  requirePlainText(field, catchPoint, MAX_RESUME_POINT_LENGTH);
  return catchPoint || undefined;
}

/** A `maxBackoff` below the default of `firstBackoff` also lowers `firstBackoff`. */
function firstBackoffMs({ firstBackoff }: Dispatch, path: string, maxBackoffMs: number): number {
  if (!firstBackoff) return Math.min(DEFAULT_DISPATCH.firstBackoffMs, maxBackoffMs);
  return durationMs(`${path}.firstBackoff`, firstBackoff, { minMs: 0, maxMs: maxBackoffMs });
}

/** NaN is outside every range. */
function inRange(field: string, value: number | undefined, max: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (!(value >= 1 && value <= max)) throw new InvalidInput(field, `must be from 1 to ${max}`);
  return value;
}
