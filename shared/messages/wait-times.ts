import type { Waiting } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import { clampTime } from '../lifecycle/time-range.ts';
import type { WaitTerms } from '../lifecycle/wait.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { DAY_MS, type DurationRange, durationMs, SECOND_MS } from './duration.ts';

const DEFAULT_TIMEOUT_MS = DAY_MS;
const MAX_TIMEOUT_MS = 365 * DAY_MS;
const TIMEOUT: DurationRange = { minMs: 1, maxMs: MAX_TIMEOUT_MS };
const SLEEP: DurationRange = { minMs: 0, maxMs: MAX_TIMEOUT_MS };
const DEFAULT_POLL_FREQUENCY_MS = 10 * SECOND_MS;
const POLL_FREQUENCY: DurationRange = { minMs: SECOND_MS, maxMs: MAX_TIMEOUT_MS };

/**
 * Reads the times of a wait. Sleep and deadline count from `publishTime`, in milliseconds since the epoch. A wait with
 * nothing but a sleep has its deadline at the end of the sleep, so that the search for overdue waits finds it then.
 *
 * @param awaited the number of children and notifications of the wait
 * @throws InvalidInput
 */
export function waitTimesOf(
  { sleep, timeout, pollFrequency }: Waiting,
  publishTime: number,
  awaited: number,
): Pick<WaitTerms, 'sleepUntil' | 'deadline' | 'pollFrequency'> {
  const sleepMs = sleep ? durationMs('waiting.sleep', sleep, SLEEP) : 0;
  const isTimer = awaited === 0 && sleepMs > 0;
  const otherwise = isTimer ? MAX_TIMEOUT_MS : DEFAULT_TIMEOUT_MS;
  const timeoutMs = timeout ? durationMs('waiting.timeout', timeout, TIMEOUT) : otherwise;
  if (sleepMs > timeoutMs) {
    throw new InvalidInput(
      'waiting.sleep',
      `must not be longer than waiting.timeout, which is ${timeoutMs / SECOND_MS}s`,
    );
  }
  return {
    sleepUntil: sleepMs > 0 ? clampTime(publishTime + sleepMs) : undefined,
    deadline: clampTime(publishTime + (isTimer ? sleepMs : timeoutMs)),
    pollFrequency: pollFrequency
      ? durationMs('waiting.pollFrequency', pollFrequency, POLL_FREQUENCY)
      : DEFAULT_POLL_FREQUENCY_MS,
  };
}
