/** Describes one method of the API: its parameters, request, answers and errors. */
import type { JsonObject } from '../../messages/json-value.ts';
import { SYSTEM_PARAMETERS } from './parameters.ts';
import { ref } from './schemas/json-schema.ts';

const json = (name: string): JsonObject => ({ 'application/json': { schema: ref(name) } });
const failure = (description: string): JsonObject => ({ description, content: json('Error') });

interface Method {
  readonly id: string;
  readonly summary: string;
  readonly answer: string;
  readonly request?: string;
  readonly parameters?: readonly JsonObject[];
}

export function method({ id, summary, answer, request, parameters = [] }: Method): JsonObject {
  return {
    operationId: id,
    summary,
    parameters: [...parameters, ...SYSTEM_PARAMETERS],
    requestBody: request === undefined ? undefined : { content: json(request) },
    responses: {
      200: { description: 'OK', content: json(answer) },
      '4XX': failure('Refused: the details say why.'),
      '5XX': failure('Not the fault of the caller; of 503, Retry-After says when to try again.'),
    },
  };
}

/** Describes a method that answers with server-sent events, whose data has the type `event`. */
export function watchMethod({ id, summary, answer: event, parameters }: Method): JsonObject {
  const described = method({ id, summary, answer: event, parameters });
  const description = `Server-sent events: \`id\` to go on from, and \`data\`, a ${event} in JSON. The first event has the type \`begin\`.`;
  const events = { description, content: { 'text/event-stream': { schema: ref(event) } } };
  return { ...described, responses: { ...(described.responses as JsonObject), 200: events } };
}

/** Describes a method that answers with one JSON object for each line, of the type `record`. */
export function exportMethod({ id, summary, answer: record, parameters }: Method): JsonObject {
  const described = method({ id, summary, answer: record, parameters });
  const description = `NDJSON: each line is a ${record}. The last line has the kind \`end\`.`;
  const lines = { description, content: { 'application/x-ndjson': { schema: ref(record) } } };
  return { ...described, responses: { ...(described.responses as JsonObject), 200: lines } };
}
