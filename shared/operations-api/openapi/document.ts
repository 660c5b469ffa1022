/** The OpenAPI description at `/openapi.json`. Tests compare it with the API's real answers. */
import type { JsonObject } from '../../messages/json-value.ts';
import { schemas } from './schemas.ts';

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const json = (name: string): JsonObject => ({ 'application/json': { schema: ref(name) } });
const failure = (description: string): JsonObject => ({ description, content: json('Error') });

const query = (name: string, description: string, schema: JsonObject = { type: 'string' }): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
});

/** The id, or the percent-encoded full name, as google-gax sends it. */
const operationParameter: JsonObject = {
  name: 'operation',
  in: 'path',
  required: true,
  description: 'The operation id, or its whole name percent-encoded (operations%2F{id}).',
  schema: { type: 'string' },
};

const SYSTEM_PARAMETERS = [
  query('fields', 'Which fields to answer with: name,error/code or operations(name,done).'),
  query('prettyPrint', 'Whether the answer is indented.', { type: 'boolean', default: false }),
  query('$alt', 'The form of the answer.', { enum: ['json', 'json;enum-encoding=int'], default: 'json' }),
];

const LIST_PARAMETERS = [
  query('filter', 'A filter of AIP-160, for example: state = RUNNING AND labels.env = "prod".'),
  query('pageSize', 'At most so many; more than 1000 counts as 1000.', {
    type: 'integer',
    minimum: 0,
    default: 50,
  }),
  query('pageToken', 'The nextPageToken of the page before, with the same filter.'),
  query('name', 'operations, or absent.'),
  query('returnPartialSuccess', 'Changes nothing.', { type: 'boolean' }),
  query('view', 'BASIC: each google.longrunning.Operation. SUMMARY: state, method, times, and no payload.', {
    enum: ['BASIC', 'SUMMARY'],
    default: 'BASIC',
  }),
  query('skip', 'With view=SUMMARY: how many operations to leave out at the beginning.', {
    type: 'integer',
    minimum: 0,
  }),
];

const WATCH_ONE_PARAMETERS = [
  query('view', 'FULL: the google.longrunning.Operation and its summary. SUMMARY: no payload.', {
    enum: ['FULL', 'SUMMARY'],
    default: 'FULL',
  }),
  query('lastEventId', 'What the header Last-Event-ID says, for clients that cannot set it.'),
];
const WATCH_PARAMETERS = [
  query('filter', 'As in a list. An operation that stops matching comes once more, with "matches": false.'),
  ...WATCH_ONE_PARAMETERS,
];

const INSPECT_PARAMETERS = [
  query('waitId', 'Only this wait.'),
  query('pageSize', 'At most so many children of each wait, and at most 1000 of all waits together.', {
    type: 'integer',
    minimum: 0,
    default: 100,
  }),
  query('pageToken', "The nextPageToken of the answer; with a waitId, the one of that wait's children."),
];

const CHILDREN_PARAMETERS = [
  query('waitId', 'The newest wait where absent.'),
  query('pageSize', 'At most so many; more than 1000 counts as 1000.', {
    type: 'integer',
    minimum: 0,
    default: 100,
  }),
  query('pageToken', 'The nextPageToken of the page before.'),
  query('outcome', 'Only children with this outcome.'),
];

interface Method {
  readonly id: string;
  readonly summary: string;
  readonly answer: string;
  readonly request?: string;
  readonly parameters?: readonly JsonObject[];
}

function method({ id, summary, answer, request, parameters = [] }: Method): JsonObject {
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
function watchMethod({ id, summary, answer: event, parameters }: Method): JsonObject {
  const described = method({ id, summary, answer: event, parameters });
  const description = `Server-sent events: \`id\` to go on from, and \`data\`, a ${event} in JSON. The first event has the type \`begin\`.`;
  const events = { description, content: { 'text/event-stream': { schema: ref(event) } } };
  return { ...described, responses: { ...(described.responses as JsonObject), 200: events } };
}

/** Describes a method that answers with one JSON object for each line, of the type `record`. */
function exportMethod({ id, summary, answer: record, parameters }: Method): JsonObject {
  const described = method({ id, summary, answer: record, parameters });
  const description = `NDJSON: each line is a ${record}. The last line has the kind \`end\`.`;
  const lines = { description, content: { 'application/x-ndjson': { schema: ref(record) } } };
  return { ...described, responses: { ...(described.responses as JsonObject), 200: lines } };
}

const onOperation = (methods: JsonObject): JsonObject => ({ parameters: [operationParameter], ...methods });

export const openapiDocument: JsonObject = {
  openapi: '3.1.0',
  info: {
    title: 'Operations API',
    version: '1',
    description: 'google.longrunning.Operations in its HTTP form, and what stands beside it.',
  },
  paths: {
    '/v1/operations': {
      get: method({
        id: 'ListOperations',
        answer: 'ListOperationsResponse',
        parameters: LIST_PARAMETERS,
        summary: 'Lists operations, newest first.',
      }),
      post: method({
        id: 'CreateOperation',
        request: 'CreateOperationRequest',
        answer: 'Operation',
        summary: 'Creates an operation at once, so that an API method can return one that can be polled.',
      }),
    },
    '/v1/operations/{operation}': onOperation({
      get: method({ id: 'GetOperation', answer: 'Operation', summary: 'Gets the state of an operation.' }),
      delete: method({
        id: 'DeleteOperation',
        answer: 'Empty',
        summary:
          'Removes an operation from sight. It is not cancelled, and late events do not bring it back.',
      }),
    }),
    '/v1/operations/{operation}:cancel': onOperation({
      post: method({
        id: 'CancelOperation',
        request: 'NameRequest',
        answer: 'Empty',
        summary: 'Asks an operation and its children to stop. Best effort; fine for one that is done.',
      }),
    }),
    '/v1/operations/{operation}:wait': onOperation({
      post: method({
        id: 'WaitOperation',
        request: 'WaitOperationRequest',
        answer: 'Operation',
        summary: 'Waits until an operation is done, and gives its latest state at the timeout.',
      }),
    }),
    '/v1/operations/{operation}:inspect': onOperation({
      get: method({
        id: 'InspectOperation',
        answer: 'Inspection',
        parameters: INSPECT_PARAMETERS,
        summary: 'Everything that is known of an operation, with its input and no other payload.',
      }),
    }),
    '/v1/operations/{operation}:explain': onOperation({
      get: method({
        id: 'ExplainOperation',
        answer: 'Explanation',
        summary: 'Why an operation is not done, or why it ended as it did.',
      }),
    }),
    '/v1/operations/{operation}:export': onOperation({
      get: exportMethod({
        id: 'ExportOperation',
        answer: 'ExportedRecord',
        summary: 'All that is kept of an operation. Needs the access action administer.',
      }),
    }),
    '/v1/operations/{operation}:erase': onOperation({
      post: method({
        id: 'EraseOperation',
        request: 'NameRequest',
        answer: 'Erasure',
        summary:
          'Removes an operation that has ended, and all that is kept of it. Needs the access action administer.',
      }),
    }),
    '/v1/operations/{operation}:watch': onOperation({
      get: watchMethod({
        id: 'WatchOperation',
        answer: 'OperationChange',
        parameters: WATCH_ONE_PARAMETERS,
        summary: 'The operation as it is, and then each time that it changes.',
      }),
    }),
    '/v1/operations:watch': {
      get: watchMethod({
        id: 'WatchOperations',
        answer: 'OperationChange',
        parameters: WATCH_PARAMETERS,
        summary: 'Each operation that changes, in the order of the commits.',
      }),
    },
    '/v1/operations:statistics': {
      get: method({
        id: 'GetStatistics',
        answer: 'Statistics',
        parameters: [query('filter', 'As in a list.')],
        summary: 'How many operations match, and what happened in each minute of the last hour.',
      }),
    },
    '/v1/operations:cancel': {
      post: method({
        id: 'CancelOperations',
        request: 'BulkRequest',
        answer: 'Operation',
        summary: 'Asks all operations that match to stop: an operation of its own, with lro.v1.BulkProgress.',
      }),
    },
    '/v1/operations:rerun': {
      post: method({
        id: 'RerunOperations',
        request: 'BulkRerunRequest',
        answer: 'Operation',
        summary: 'Runs all terminal operations that match again.',
      }),
    },
    '/v1/operations:delete': {
      post: method({
        id: 'DeleteOperations',
        request: 'BulkRequest',
        answer: 'Operation',
        summary: 'Removes all operations that match from sight.',
      }),
    },
    '/v1/operations/{operation}/children': onOperation({
      get: method({
        id: 'ListChildren',
        answer: 'ListChildrenResponse',
        parameters: CHILDREN_PARAMETERS,
        summary: 'The children of a wait with their results, in the order of the wait, as of its end.',
      }),
    }),
    '/v1/operations/{operation}:heartbeat': onOperation({
      post: method({
        id: 'HeartbeatOperation',
        request: 'HeartbeatRequest',
        answer: 'Lease',
        summary: 'Takes an attempt for a worker, or renews its lease. ABORTED where the attempt is past.',
      }),
    }),
    '/v1/operations/{operation}:apply': onOperation({
      post: method({
        id: 'ApplyEvent',
        request: 'LifecycleEvent',
        answer: 'ApplyResponse',
        summary: 'Applies one lifecycle event, and answers once it is applied.',
      }),
    }),
    '/v1/operations:batch': {
      post: method({
        id: 'BatchCalls',
        request: 'BatchRequest',
        answer: 'BatchResponse',
        summary:
          'Up to 500 calls of :heartbeat, :apply and CreateOperation in one, each answered by itself, in their order.',
      }),
    },
    '/v1/operations/{operation}:notify': onOperation({
      post: method({
        id: 'NotifyOperation',
        request: 'NotifyRequest',
        answer: 'Empty',
        summary: 'Gives an operation a fact that a wait can wait for.',
      }),
    }),
    '/v1/operations/{operation}:rerun': onOperation({
      post: method({
        id: 'RerunOperation',
        request: 'RerunRequest',
        answer: 'Operation',
        summary: 'Runs a terminal operation again, as a new one. The old one stays as it is.',
      }),
    }),
    '/google.longrunning.Operations/GetOperation': {
      post: method({
        id: 'GetOperationByName',
        request: 'NameRequest',
        answer: 'Operation',
        summary: 'Gets the state of an operation, the name in the body.',
      }),
    },
    '/openapi.json': {
      get: {
        operationId: 'GetDescription',
        summary: 'This description.',
        responses: {
          200: { description: 'OK', content: { 'application/json': { schema: { type: 'object' } } } },
        },
      },
    },
  },
  components: { schemas },
};
