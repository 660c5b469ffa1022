/** The system's state and its dead letters, as JSON for the console. */
import { type RequestHandler, type Response, Router } from 'express';
import { jsonBody } from '../../shared/http/json-body.ts';
import { isJsonObject, type JsonObject } from '../../shared/messages/json-value.ts';
import { toRfc3339 } from '../../shared/messages/timestamp.ts';
import { errorResponse } from '../../shared/operations-api/http-error.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { costAtListPrices, PRICES_AS_OF } from './list-prices.ts';
import type { DeadLetter, SystemStatus, SystemView } from './system-view.ts';

const DEAD_LETTERS = 100;
/** A Pub/Sub message, in base64 or as JSON within JSON. */
const MAX_BODY_BYTES = 24 * 1024 * 1024;

export function systemApi(view: SystemView): Router {
  const router = Router();
  router.get(
    '/console-api/system',
    answering(async () => statusToJson(await view.status())),
  );
  router.get(
    '/console-api/dead-letters',
    answering(async () => ({ deadLetters: (await view.deadLetters(DEAD_LETTERS)).map(deadLetterToJson) })),
  );
  router.post(
    '/console-api/dead-letters/:id/publish',
    answering(async (request, response) => {
      await view.publishAgain(String(request.params.id), await dataOf(request, response));
      return {};
    }),
  );
  router.delete(
    '/console-api/dead-letters/:id',
    answering(async (request) => {
      await view.discard(String(request.params.id));
      return {};
    }),
  );
  return router;
}

type Answer = (...of: Parameters<RequestHandler>) => Promise<JsonObject>;

function answering(answer: Answer): RequestHandler {
  return async (request, response, next) => {
    response.set({ 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' });
    try {
      response.status(200).json(await answer(request, response, next));
    } catch (error) {
      errorResponse(response, error);
    }
  };
}

/** undefined: the event as it is. */
async function dataOf(
  request: Parameters<RequestHandler>[0],
  response: Response,
): Promise<Uint8Array | undefined> {
  const body = await jsonBody(request, response, MAX_BODY_BYTES);
  const { data, encoding } = isJsonObject(body ?? null) ? (body as JsonObject) : {};
  if (data === undefined && encoding === undefined) return undefined;
  if (typeof data !== 'string' || data === '') throw new InvalidInput('data', 'is required');
  if (encoding !== 'TEXT' && encoding !== 'BASE64')
    throw new InvalidInput('encoding', 'must be TEXT or BASE64');
  return Buffer.from(data, encoding === 'TEXT' ? 'utf8' : 'base64');
}

function statusToJson(status: SystemStatus): JsonObject {
  const { backlogs, lastSweep, startTime, usage } = status;
  return {
    parts: { ...status.parts },
    startTime: toRfc3339(startTime),
    backlogs: backlogs.map(({ oldestTime, ...backlog }) => ({
      ...backlog,
      ...(oldestTime !== undefined && { oldestTime: toRfc3339(oldestTime) }),
    })),
    ...(lastSweep && { lastSweep: { ...lastSweep, time: toRfc3339(lastSweep.time) } }),
    sweepIntervalMs: status.sweepIntervalMs,
    executions: { ...status.executions },
    usage: { ...usage },
    cost: { asOf: PRICES_AS_OF, services: costAtListPrices(usage).map((cost) => ({ ...cost })) },
    memoryBytes: status.memoryBytes,
  };
}

function deadLetterToJson({ publishTime, field, ...letter }: DeadLetter): JsonObject {
  return { ...letter, publishTime: toRfc3339(publishTime), ...(field !== undefined && { field }) };
}
