/** Runs workers that pull signals in this process: connects them to the subscription and to the Operations API. */

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Duration } from '../client/duration.ts';
import { durationMs } from '../client/duration-field.ts';
import { type Authorization, HttpApi } from '../client/http-api.ts';
import { identityToken } from '../client/identity-token.ts';
import { configuredTelemetry } from '../telemetry/configured-telemetry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { connectBus } from './connect-bus.ts';
import { untilConnected } from './connecting.ts';
import { endOnSignal } from './end-on-signal.ts';
import { EndingRetries } from './ending-retries.ts';
import { surroundings } from './environment.ts';
import { reportExit } from './exit-report.ts';
import { externalReader } from './external-result.ts';
import { HttpOperationCalls } from './http-operation-calls.ts';
import { keepAliveTransport } from './keep-alive-transport.ts';
import type { Log } from './op.ts';
import { type Worker, type WorkerSpec, workerSpecsOf } from './operation.ts';
import { noticingRefusals } from './refused-token.ts';
import type { ConnectLimits } from './signal-source.ts';
import { ThreadLeases } from './thread-leases.ts';
import { realClock } from './worker-clock.ts';
import { workerLog } from './worker-log.ts';
import { MAX_IN_LINE, WorkerPool } from './worker-pool.ts';

/** The options of {@link serve}. */
export interface ServeOptions {
  /** The subscription of the signals. Default: the variable SUBSCRIPTION. */
  subscription?: string | undefined;
  /**
   * How long steps may continue after SIGTERM before `op.signal` is aborted. Default: `'7s'`, because Cloud Run kills the
   * process after 10 s.
   */
  graceTime?: Duration | undefined;
  /**
   * How many attempts run steps in this process at a time. While the end of an attempt is reported, another one runs. The `concurrency`
   * of a method counts an attempt until its end is stored. Default: 100.
   */
  concurrency?: number | undefined;
  /** How long a step may block the main thread before the worker stops renewing leases. Default: `'10m'`. */
  maxBlocked?: Duration | undefined;
  /** Whether callers see the message of an error that is no OperationError. If false, only the log has it. Default: false. */
  exposeErrors?: boolean | undefined;
  /** The URL of the Operations API. Default: the variable OPERATIONS_URL. */
  url?: string | undefined;
  /**
   * How long `serve` tries to connect if its server does not answer yet. Default: `'5m'`. A server whose machine or container starts
   * together with the worker answers within that time, so the worker need not be restarted. A worker that will never connect, because the
   * host in its URL is misspelled, ends before a deployment counts as successful (Kubernetes waits for ten minutes). `Infinity`: the
   * log alone says that something is wrong.
   */
  connectTimeout?: Duration | typeof Number.POSITIVE_INFINITY | undefined;
  /** Stops the worker as {@link Serving.stop} does. If it is aborted before the worker is connected, `serve` rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** Returns the `authorization` header of each call. Default for an https URL: an OIDC token by google-auth-library. */
  authorization?: Authorization | undefined;
  /** Default: one JSON object a line on stdout, as Cloud Logging reads it. */
  log?: Log | undefined;
  /**
   * The telemetry of the worker. Default: the provider that the process has registered with OpenTelemetry's API, or else
   * the one that the variables TELEMETRY and OTEL_* configure. Off without them.
   *
   * @internal
   */
  telemetry?: Telemetry | undefined;
  /** Whether SIGTERM and SIGINT stop the worker and end the process. Default: true. */
  handleSignals?: boolean | undefined;
}

/** Workers that run. */
export interface Serving {
  /** Stops pulling, waits for running steps until `graceTime`, and releases the attempts that are left. */
  stop(): Promise<void>;
}

const CONCURRENCY = 100;
const KEEP_ALIVE_MS = 3_600_000;

/**
 * Pulls signals and runs steps in this process. Resolves once the worker is connected, so the worker may start before its server: while
 * nothing answers, the log says so and why. Until `stop`, the process stays alive.
 *
 * Rejects at once with an Error that names the missing variable, or the method that the subscription's filter hides, and with the error of
 * an answer that stays the same: the subscription does not exist, the caller has no permission, or the URL belongs to another service.
 * Rejects with an ApiError UNAVAILABLE if nothing answers within `connectTimeout`.
 *
 * @example await serve([operation(report).steps({ … }), operation(renderPage).steps({ … })], { concurrency: 20 });
 */
export async function serve(workers: readonly Worker[], options: ServeOptions = {}): Promise<Serving> {
  const specs = workerSpecsOf(workers);
  const found = surroundings(options);
  const { graceTime = '7s', maxBlocked = '10m', concurrency = CONCURRENCY, connectTimeout = '5m' } = options;
  const { signal = new AbortController().signal } = options;
  const timeoutMs =
    connectTimeout === Infinity ? Infinity : durationMs(connectTimeout as Duration, 'connectTimeout');
  const telemetry =
    options.telemetry ?? (await configuredTelemetry(process.env, { serviceName: 'lro-worker' }));
  const log = workerLog(options.log, { telemetry, project: found.project });
  const graceMs = durationMs(graceTime, 'graceTime');
  const authorization = options.authorization ?? identityToken(found.url);
  const retries = new EndingRetries(realClock);
  const { sleep, mayRetry } = retries;
  const noticing = noticingRefusals(authorization, keepAliveTransport());
  const api = new HttpApi({ url: found.url, ...noticing, sleep, mayRetry });
  const workerName = newWorkerName();
  const maxMessages = heldMessages(specs, concurrency);
  const { address, source, publish } = await connectBus(found, maxMessages, log, retries);
  const calls = new HttpOperationCalls(api, workerName, publish);
  const leases = new ThreadLeases({
    url: api.url,
    workerName,
    maxBlockedMs: durationMs(maxBlocked, 'maxBlocked'),
    authorization,
    log,
  });
  const exposeErrors = options.exposeErrors ?? false;
  const parts = {
    calls,
    clock: realClock,
    workerName,
    exposeErrors,
    log,
    telemetry,
    fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
    readExternal: externalReader((...args) => fetch(...args)),
  };
  const pool = new WorkerPool({ workers: specs, parts, leases, concurrency });
  const forgetExit = reportExit(() => pool.running, log);
  // Before the first pull and after the last one, nothing else keeps the process alive: the worker's own timers do not.
  const alive = setInterval(() => {}, KEEP_ALIVE_MS);
  const close = async () => {
    await source.close();
    await (options.telemetry ? telemetry.flush() : telemetry.close());
    clearInterval(alive);
    forgetSignals();
    forgetExit();
  };
  let serving: Serving | undefined;
  const forgetSignals = options.handleSignals === false ? () => {} : endOnSignal(() => serving?.stop());
  try {
    const methods = specs.map(({ definition }) => definition.method);
    const connect = (limits: ConnectLimits) => source.start(pool, methods, limits);
    await untilConnected({ connect, address, timeoutMs, signal, clock: realClock, log });
  } catch (error) {
    await close();
    throw error;
  }

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    signal.removeEventListener('abort', abort);
    await source.stop();
    const cancelTimer = realClock.after(graceMs, () => retries.end());
    await pool.stop(graceMs);
    cancelTimer();
    retries.end();
    await close();
  };
  const running = { stop: () => (stopping ??= stop()) };
  const abort = () => void running.stop();
  // It may have been aborted since the worker was connected.
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  serving = running;
  return running;
}

/** Returns a name for this process, which the orchestrator records as the holder of an attempt. */
export function newWorkerName(): string {
  return `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

/**
 * The number of messages that Google's client library may hold: the running ones, those pulled ahead, and those that wait
 * for a method with a lower limit of its own.
 */
function heldMessages(workers: readonly WorkerSpec[], concurrency: number): number {
  return workers.some((worker) => worker.concurrency < concurrency)
    ? concurrency + MAX_IN_LINE
    : 2 * concurrency;
}
