/** Runs workers that receive signals from a push subscription: on Cloud Run, or in the functions-framework. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Duration } from '../client/duration.ts';
import { durationMs } from '../client/duration-field.ts';
import { HttpApi, type Retries } from '../client/http-api.ts';
import { identityToken } from '../client/identity-token.ts';
import { configuredTelemetry } from '../telemetry/configured-telemetry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { connectBus } from './connect-bus.ts';
import type { BusConnection } from './connection.ts';
import { endOnSignal } from './end-on-signal.ts';
import { EndingRetries } from './ending-retries.ts';
import { surroundings } from './environment.ts';
import { externalReader } from './external-result.ts';
import { HttpOperationCalls } from './http-operation-calls.ts';
import { keepAliveTransport } from './keep-alive-transport.ts';
import type { Log } from './op.ts';
import { type Worker, workerSpecsOf } from './operation.ts';
import { PushCaller, type PushCallerOptions } from './push-caller.ts';
import { PushedMessage, type PushRequest, readPush } from './pushed-message.ts';
import { noticingRefusals } from './refused-token.ts';
import { newWorkerName } from './serve.ts';
import { TimerLeases } from './timer-leases.ts';
import { realClock } from './worker-clock.ts';
import { workerLog } from './worker-log.ts';
import { WorkerPool } from './worker-pool.ts';

/** The options of {@link handler}. */
export interface HandlerOptions extends PushCallerOptions {
  /** The URL of the Operations API. Default: the variable OPERATIONS_URL. */
  url?: string | undefined;
  /** As of `serve`: how many attempts run steps in this process at a time. Default: 100. */
  concurrency?: number | undefined;
  /** How long steps may continue after SIGTERM before `op.signal` is aborted. Default: `'7s'`, because Cloud Run kills the process after 10 s. */
  graceTime?: Duration | undefined;
  /**
   * Whether SIGTERM and SIGINT stop the worker as {@link PushHandler.stop} does. The process then ends, unless a server listens to the
   * signal too, and ends it. The functions-framework does so at once, so that the leases of the running attempts have to run out.
   * Default: true.
   */
  handleSignals?: boolean | undefined;
  /** Whether callers see the message of an error that is no OperationError. If false, only the log has it. Default: false. */
  exposeErrors?: boolean | undefined;
  /** Default: one JSON object a line on stdout, as Cloud Logging reads it. */
  log?: Log | undefined;
  /** See ServeOptions.telemetry. @internal */
  telemetry?: Telemetry | undefined;
}

const CONCURRENCY = 100;
const BAD_REQUEST = 400;

/** What {@link handler} returns: a request handler of Node's HTTP server, express and the functions-framework. */
export interface PushHandler {
  /**
   * Answers a push when its attempt has ended: 204, or 429 if the signal is left to another worker. Answers 401 or 403 if the
   * caller is not the push subscription, and 400 if the body is not a push.
   */
  (request: PushRequest, response: ServerResponse): Promise<void>;
  /**
   * Takes no more attempts, waits for running steps until `graceTime`, and gives the attempts back that are left. Resolves once every push is
   * answered.
   */
  stop(): Promise<void>;
}

/**
 * Returns a request handler that runs workers for a push subscription.
 *
 * On Cloud Run, the service must not be public: Cloud Run verifies the token and removes its signature.
 *
 * @example http.createServer(handler(workers, { serviceAccount: 'push@my-project.iam.gserviceaccount.com' }))
 * @throws Error that says which option or variable is missing.
 */
export function handler(workers: readonly Worker[], options: HandlerOptions = {}): PushHandler {
  const caller = new PushCaller(options);
  const graceMs = durationMs(options.graceTime ?? '7s', 'graceTime');
  const retries = new EndingRetries(realClock);
  const poolWith = pushedPool(workers, options, retries);
  const telemetry = telemetryOf(options);
  const pool = telemetry.then(poolWith);
  // Each push rejects with this error. Before the first push, it must not end the process as an unhandled rejection.
  pool.catch(() => {});
  const unanswered = new Set<ServerResponse>();
  const answer = async (request: PushRequest, response: ServerResponse) => {
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    response.statusCode = (await caller.refusal(request.headers)) ?? (await received(await pool, request));
    response.end();
  };

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    const cancelTimer = realClock.after(graceMs, () => retries.end());
    await (await pool).stop(graceMs);
    cancelTimer();
    retries.end();
    await Promise.all([...unanswered].map((response) => once(response, 'close')));
    await (options.telemetry ? options.telemetry.flush() : (await telemetry).close());
    forgetSignals();
  };
  const stopOnce = () => (stopping ??= stop());
  const forgetSignals = options.handleSignals === false ? () => {} : endOnSignal(stopOnce, true);
  return Object.assign(answer, { stop: stopOnce });
}

async function received(pool: WorkerPool, request: PushRequest): Promise<number> {
  const push = await readPush(request);
  if (!push) return BAD_REQUEST;
  const message = new PushedMessage(push);
  pool.receive(message);
  return message.status();
}

async function telemetryOf({ telemetry }: HandlerOptions): Promise<Telemetry> {
  return (
    telemetry ?? configuredTelemetry(process.env, { serviceName: process.env.K_SERVICE || 'lro-worker' })
  );
}

function pushedPool(
  workers: readonly Worker[],
  options: HandlerOptions,
  { sleep, mayRetry }: Retries,
): (telemetry: Telemetry) => WorkerPool {
  const { concurrency = CONCURRENCY, exposeErrors = false, url } = options;
  const found = surroundings({ subscription: 'pushed', url: url || undefined });
  const api = new HttpApi({
    url: found.url,
    ...noticingRefusals(identityToken(found.url), keepAliveTransport()),
    sleep,
    mayRetry,
  });
  const workerName = newWorkerName();
  const specs = workerSpecsOf(workers);
  return (telemetry) => {
    const log = workerLog(options.log, { telemetry, project: found.project });
    // Connects for the first event that has to be published, because most processes publish none.
    let bus: Promise<BusConnection> | undefined;
    const calls = new HttpOperationCalls(api, workerName, async (data) => {
      bus ??= connectBus(found, 1, log, { sleep, mayRetry });
      await (await bus).publish(data);
    });
    return new WorkerPool({
      workers: specs,
      parts: {
        calls,
        clock: realClock,
        workerName,
        exposeErrors,
        log,
        telemetry,
        fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
        readExternal: externalReader((...args) => fetch(...args)),
      },
      leases: new TimerLeases(calls, realClock),
      concurrency,
    });
  };
}
