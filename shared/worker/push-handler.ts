/** Runs workers that receive signals from a push subscription: on Cloud Run, or in the functions-framework. */

import type { ServerResponse } from 'node:http';
import { HttpApi } from '../client/http-api.ts';
import { identityToken } from '../client/identity-token.ts';
import { configuredTelemetry } from '../telemetry/configured-telemetry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { connectBus } from './connect-bus.ts';
import type { BusConnection } from './connection.ts';
import { surroundings } from './environment.ts';
import { externalReader } from './external-result.ts';
import { HttpOperationCalls } from './http-operation-calls.ts';
import { jsonLog } from './json-log.ts';
import { keepAliveTransport } from './keep-alive-transport.ts';
import type { Log } from './op.ts';
import { type Worker, workerSpecsOf } from './operation.ts';
import { PushCaller, type PushCallerOptions } from './push-caller.ts';
import { PushedMessage, type PushRequest, readPush } from './pushed-message.ts';
import { noticingRefusals } from './refused-token.ts';
import { newWorkerName } from './serve.ts';
import { TimerLeases } from './timer-leases.ts';
import { realClock } from './worker-clock.ts';
import { WorkerPool } from './worker-pool.ts';

/** The options of {@link handler}. */
export interface HandlerOptions extends PushCallerOptions {
  /** The URL of the Operations API. Default: the variable OPERATIONS_URL. */
  url?: string;
  /** How many attempts run in this process at a time. Default: 100. */
  concurrency?: number;
  /** Whether callers see the message of an error that is no OperationError. If false, only the log has it. Default: false. */
  exposeErrors?: boolean;
  /** Default: one JSON object a line on stdout, as Cloud Logging reads it. */
  log?: Log;
  /** See ServeOptions.telemetry. @internal */
  telemetry?: Telemetry;
}

const CONCURRENCY = 100;
const BAD_REQUEST = 400;

/**
 * Answers a push when its attempt has ended: 204, or 429 if the signal is left to another worker. Answers 401 or 403 if the
 * caller is not the push subscription, and 400 if the body is not a push.
 *
 * On Cloud Run, the service must not be public: Cloud Run verifies the token and removes its signature.
 *
 * @example http.createServer(handler(workers, { serviceAccount: 'push@my-project.iam.gserviceaccount.com' }))
 * @throws Error that says which option or variable is missing.
 */
export function handler(
  workers: readonly Worker[],
  options: HandlerOptions = {},
): (request: PushRequest, response: ServerResponse) => Promise<void> {
  const caller = new PushCaller(options);
  const poolWith = pushedPool(workers, options);
  const pool = telemetryOf(options).then(poolWith);
  // Each push rejects with this error. Before the first push, it must not end the process as an unhandled rejection.
  pool.catch(() => {});
  return async (request, response) => {
    response.statusCode = (await caller.refusal(request.headers)) ?? (await received(await pool, request));
    response.end();
  };
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
): (telemetry: Telemetry) => WorkerPool {
  const { concurrency = CONCURRENCY, exposeErrors = false, url } = options;
  const found = surroundings({ subscription: 'pushed', url: url || undefined });
  const api = new HttpApi({
    url: found.url,
    ...noticingRefusals(identityToken(found.url), keepAliveTransport()),
  });
  const workerName = newWorkerName();
  const specs = workerSpecsOf(workers);
  return (telemetry) => {
    const log = options.log ?? jsonLog({ telemetry, project: found.project });
    // Connects for the first event that has to be published, because most processes publish none.
    let bus: Promise<BusConnection> | undefined;
    const calls = new HttpOperationCalls(api, workerName, async (data) => {
      bus ??= connectBus(found, 1, log);
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
