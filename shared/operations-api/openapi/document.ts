/** The OpenAPI description at `/openapi.json`. Tests compare it with the API's real answers. */
import type { JsonObject } from '../../messages/json-value.ts';
import { exportMethod, method, watchMethod } from './described-method.ts';
import {
  CHILDREN_PARAMETERS,
  INSPECT_PARAMETERS,
  LIST_PARAMETERS,
  operationParameter,
  query,
  WATCH_ONE_PARAMETERS,
  WATCH_PARAMETERS,
} from './parameters.ts';
import { schemas } from './schemas.ts';

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
