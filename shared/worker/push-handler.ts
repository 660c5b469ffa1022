/** Workers behind a push subscription: on Cloud Run, or in the functions-framework. */

import type { ServerResponse } from 'node:http';
import { HttpApi } from '../client/http-api.ts';
import { identityToken } from '../client/identity-token.ts';
import { configuredTelemetry } from '../telemetry/configured-telemetry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { surroundings } from './environment.ts';
import { externalReader } from './external-result.ts';
import { HttpOperationCalls } from './http-operation-calls.ts';
import { jsonLog } from './json-log.ts';
import { keepAliveTransport } from './keep-alive-transport.ts';
import type { Log } from './op.ts';
import { type Worker, workerSpecOf } from './operation.ts';
import { connectPubSub } from './pubsub-connection.ts';
import { PushCaller, type PushCallerOptions } from './push-caller.ts';
import { PushedMessage, type PushRequest, readPush } from './pushed-message.ts';
import { restConnection } from './rest-connection.ts';
import { newWorkerName } from './serve.ts';
import { TimerLeases } from './timer-leases.ts';
import { realClock } from './worker-clock.ts';
import { WorkerPool } from './worker-pool.ts';

export interface HandlerOptions extends PushCallerOptions {
  /** Where the Operations API is; the variable OPERATIONS_URL where absent. */
  url?: string;
  /** How many attempts run in this process at a time: 100. */
  concurrency?: number;
  /** Whether callers see the message of an error that is no OperationError; otherwise only the log has it. */
  exposeErrors?: boolean;
  log?: Log;
  /** As of `serve`. */
  telemetry?: Telemetry;
}

const CONCURRENCY = 100;
const BAD_REQUEST = 400;

/**
 * Answers a push when its step has ended: 204, or 429 for what is left to another worker; 401 and 403 for a caller that is
 * not the push subscription, 400 for what is no push.
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
  // Whoever sends the first push hears of it.
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
  const found = surroundings({ subscription: 'pushed', ...(url && { url }) });
  const api = new HttpApi({
    ...{ url: found.url, authorization: identityToken(found.url), transport: keepAliveTransport() },
  });
  const workerName = newWorkerName();
  const specs = workers.map(workerSpecOf);
  return (telemetry) => {
    const log = options.log ?? jsonLog({ telemetry, project: found.project });
    const calls = new HttpOperationCalls(api, workerName, async (data) => {
      const bus = found.pull === 'rest' ? restConnection(found, log) : connectPubSub(found, 1, log);
      await (await bus).publish(data);
    });
    return new WorkerPool({
      workers: specs,
      parts: {
        ...{ calls, clock: realClock, workerName, exposeErrors, log, telemetry },
        fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
        readExternal: externalReader((...args) => fetch(...args)),
      },
      leases: new TimerLeases(calls, realClock),
      concurrency,
    });
  };
}
