/** The Operations API without a server: a `fetch` that answers from the methods themselves. */
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonValue } from '../shared/messages/json-value.ts';
import { errorBody } from '../shared/operations-api/http-error.ts';
import { parseQuery } from '../shared/operations-api/http-query.ts';
import { MethodTable } from '../shared/operations-api/method-table.ts';
import { METHODS } from '../shared/operations-api/methods/all.ts';
import type { HttpMethod } from '../shared/operations-api/methods/method.ts';
import { apiSettings } from '../shared/operations-api/settings.ts';
import { ALWAYS } from '../shared/orchestrator/condition.ts';
import type { Orchestrator } from '../shared/orchestrator/orchestrator.ts';

/** The URL that the API pretends to have. */
export const TEST_URL = 'http://lro.test';

/** `hold` keeps virtual time from passing until what it returns is called. */
export function inProcessFetch(orchestrator: Orchestrator, hold: () => () => void): typeof fetch {
  const settings = apiSettings({});
  const table = new MethodTable(METHODS);
  return async (input, init) => {
    const release = hold();
    try {
      const { pathname, search } = new URL(String(input));
      const target = table.target(pathname);
      const method = target?.methods.get((init?.method ?? 'GET') as HttpMethod);
      if (!target || !method || !('answer' in method))
        return json(404, { error: { status: 'NOT_FOUND', message: pathname } });
      const body = init?.body ? (JSON.parse(String(init.body)) as JsonValue) : undefined;
      const call = {
        orchestrator,
        settings,
        name: target.name,
        body,
        query: parseQuery(search.slice(1), method.parameters ?? []),
        callId: crypto.randomUUID(),
        headers: {} as IncomingHttpHeaders,
        // Tests have access to all methods.
        caller: {},
        visible: ALWAYS,
        isConsole: false,
        gone: () => init?.signal ?? new AbortController().signal,
      };
      return json(200, await method.answer(call));
    } catch (error) {
      const body = errorBody(error);
      return json(body.code, { error: body });
    } finally {
      release();
    }
  };
}

/** Passes JSON as an object, because its only reader is in this process. */
function json(status: number, body: unknown): Response {
  return { status, ok: status < 300, json: async () => body } as Response;
}
