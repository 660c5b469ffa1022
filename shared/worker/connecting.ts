/** Connects a worker to its server, which may start after the worker. */
import { ApiError } from '../client/api-error.ts';
import { retryPauseMs } from '../client/retry-pause.ts';
import type { Log } from './op.ts';
import { Pauses } from './pauses.ts';
import type { ConnectLimits } from './signal-source.ts';
import type { WorkerClock } from './worker-clock.ts';

export interface Connecting {
  /** Tries once. A try that fails has no effect. */
  readonly connect: (limits: ConnectLimits) => Promise<void>;
  /** What the worker connects to, for the log and the error. */
  readonly address: string;
  /** How long to try. Infinity is allowed. */
  readonly timeoutMs: number;
  /** Ends the tries at once. */
  readonly signal: AbortSignal;
  readonly clock: WorkerClock;
  readonly log: Log;
}

/** The time for one try, because a server that is starting may accept a connection and never answer on it. */
const TRY_MS = 10_000;
const FIRST_PAUSE_MS = 250;
/** A worker is connected at the latest this long after its server answers. */
const LONGEST_PAUSE_MS = 5_000;
/** The first warning comes after this time, each later one after twice the time of the one before. */
const FIRST_WARNING_MS = 1_000;
const LONGEST_WARNING_MS = 60_000;

/**
 * Tries to connect until a try succeeds, or fails for a reason that does not pass by itself.
 *
 * @throws the error of that try, ApiError UNAVAILABLE after `timeoutMs`, or the reason of `signal`
 */
export async function untilConnected(connecting: Connecting): Promise<void> {
  const { address, timeoutMs, signal, clock, log } = connecting;
  const startMs = clock.now();
  const endMs = startMs + timeoutMs;
  const pauses = new Pauses(clock);
  let tries = 0;
  let reason = 'no answer yet';
  const warnings = repeatedly(clock, () => {
    const fields = { url: address, reason, tries, waitedMs: clock.now() - startMs };
    log.warn('the worker is not connected yet, and keeps trying', fields);
  });
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      tries++;
      try {
        const tryMs = Math.max(1, Math.min(TRY_MS, endMs - clock.now()));
        await unlessAborted(signal, connecting.connect({ timeoutMs: tryMs, signal }));
        if (warnings.count > 0) log.info('the worker is connected', { url: address, tries });
        return;
      } catch (error) {
        if (signal.aborted || !mayPass(error)) throw error;
        reason = (error as Error).message;
        // Random, because all workers of a deployment wait for the same server.
        const jitteredMs = pauseMs * (0.5 + Math.random() / 2);
        const leftMs = endMs - clock.now();
        if (leftMs <= 0) throw unconnected(connecting, tries, error);
        await unlessAborted(signal, pauses.pause(Math.min(retryPauseMs(error, jitteredMs), leftMs)));
      }
    }
  } finally {
    warnings.end();
    pauses.end();
  }
}

/** google.rpc codes that say nothing about the settings of the worker. Google's client library has the number, the HTTP client the name. */
const PASSING: readonly unknown[] = ['UNAVAILABLE', 14, 'DEADLINE_EXCEEDED', 4, 'RESOURCE_EXHAUSTED', 8];

function mayPass(error: unknown): boolean {
  return PASSING.includes((error as { code?: unknown }).code);
}

function unconnected({ address, timeoutMs }: Connecting, tries: number, cause: unknown): ApiError {
  const inTime = `within ${timeoutMs / 1_000} s, in ${tries} tries`;
  const message = `the worker could not connect to ${address} ${inTime}: ${(cause as Error).message}`;
  return new ApiError('UNAVAILABLE', message, [], cause);
}

/** Rejects as soon as the signal is aborted, because Google's client library takes no signal. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Calls `warn` at growing distances until `end`. */
function repeatedly(clock: WorkerClock, warn: () => void): { readonly count: number; end(): void } {
  let count = 0;
  let cancel = () => {};
  const warnAfter = (ms: number) => {
    cancel = clock.after(ms, () => {
      count++;
      warn();
      warnAfter(Math.min(LONGEST_WARNING_MS, 2 * ms));
    });
  };
  warnAfter(FIRST_WARNING_MS);
  return {
    get count() {
      return count;
    },
    end: () => cancel(),
  };
}
