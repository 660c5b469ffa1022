/**
 * google.longrunning.Operations over gRPC, for a server that the user runs: the same use cases and errors as over HTTP. Only the
 * gRPC files import @grpc/grpc-js, which is an optional dependency.
 */
import type {
  Metadata,
  ServerUnaryCall,
  ServiceDefinition,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { google } from '../../proto/generated/messages.js';
import type { Action, Caller } from '../access/access.ts';
import type { LiveOperation } from '../lifecycle/operation.ts';
import { GRPC_MESSAGE_LIMIT } from '../messages/limits.ts';
import { type OperationView, operationView, toProtoOperation } from '../messages/operation.ts';
import { operationType, schema } from '../messages/schema.ts';
import type { Condition } from '../orchestrator/condition.ts';
import { deleteOperation } from '../orchestrator/delete-operation.ts';
import { existingOperation } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { Failure } from '../orchestrator/ports/failure.ts';
import { waitOperation } from '../orchestrator/wait-operation.ts';
import { answerCancel } from './cancel-request.ts';
import { logFault } from './fault-log.ts';
import { MANY, type Subject } from './gate.ts';
import { serviceDefinition, type Undecoded } from './grpc-definition.ts';
import { serviceError } from './grpc-error.ts';
import { answerList } from './list-request.ts';
import { checkedName } from './request-name.ts';
import { type ApiOptions, type ApiSettings, apiSettings } from './settings.ts';
import { timeLeft, waitTimeout } from './wait-timeout.ts';

export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/** The arguments of `server.addService`. */
export function grpcOperations(
  orchestrator: () => Promise<Orchestrator>,
  options: ApiOptions = {},
): GrpcService {
  const settings = apiSettings(options);
  const unary =
    <Request extends { name?: string | null }, Answer>(
      action: Action,
      subjectOf: (request: Request) => Subject,
      method: Method<Request, Answer>,
    ) =>
    async (call: UnaryCall<Request, Answer>, answer: sendUnaryData<Answer>) => {
      try {
        const { gate } = settings;
        const caller = await gate.admit(headersOf(call.metadata), async () => (await orchestrator()).log);
        const request = call.request();
        const built = await orchestrator();
        const visible = await gate.authorize(built, caller, action, () => subjectOf(request));
        answer(null, await method({ orchestrator: built, settings, caller, visible, call }, request));
      } catch (error) {
        logFault(error);
        answer(serviceError(error));
      }
    };
  return {
    definition: serviceDefinition(schema.lookupService('google.longrunning.Operations')),
    implementation: {
      listOperations: unary('read', () => MANY, listOperations),
      getOperation: unary('read', named, getOperation),
      deleteOperation: unary('administer', named, removeOperation),
      cancelOperation: unary('act', named, requestCancel),
      waitOperation: unary('read', named, awaitOperation),
    },
  };
}

function named({ name }: { name?: string | null }): Subject {
  return { kind: 'one', name: checkedName(name) };
}

/** gRPC metadata is sent as HTTP/2 headers. */
function headersOf(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata.getMap()).map(([name, value]) => [name, value.toString()]),
  );
}

type UnaryCall<Request, Answer> = ServerUnaryCall<Undecoded<Request>, Answer>;

interface Context {
  readonly orchestrator: Orchestrator;
  readonly settings: ApiSettings;
  readonly caller: Caller;
  readonly visible: Condition;
  readonly call: Pick<UnaryCall<unknown, unknown>, 'once' | 'getDeadline'>;
}

type Method<Request, Answer> = (context: Context, request: Request) => Promise<Answer>;
type OperationMessage = google.longrunning.IOperation;
type Empty = Record<string, never>;

const listOperations: Method<
  google.longrunning.IListOperationsRequest,
  google.longrunning.IListOperationsResponse
> = async ({ orchestrator, settings, visible }, { name, filter, pageSize, pageToken }) => {
  const { operations, nextPageToken } = await answerList(orchestrator, settings.pageTokens, visible, {
    name: name ?? '',
    filter: filter ?? '',
    pageSize: pageSize ?? 0,
    pageToken: pageToken ?? '',
  });
  const [only, ...more] = operations;
  // A page has further operations only as long as all of them fit.
  if (only && more.length === 0)
    return { operations: [fitting(only, LISTED_OPERATION_LIMIT)], nextPageToken };
  return { operations: operations.map(toProtoOperation), nextPageToken };
};

const getOperation: Method<google.longrunning.IGetOperationRequest, OperationMessage> = async (
  { orchestrator },
  { name },
) => answerOf(await existingOperation(orchestrator, checkedName(name)));

const removeOperation: Method<google.longrunning.IDeleteOperationRequest, Empty> = async (
  { orchestrator },
  { name },
) => {
  await deleteOperation(orchestrator, checkedName(name));
  return {};
};

const requestCancel: Method<google.longrunning.ICancelOperationRequest, Empty> = async (
  { orchestrator },
  { name },
) => {
  await answerCancel(orchestrator, checkedName(name));
  return {};
};

/** The earlier of the timeout and the deadline of the call applies (google.longrunning.WaitOperationRequest). */
const awaitOperation: Method<google.longrunning.IWaitOperationRequest, OperationMessage> = async (
  { orchestrator, settings, caller, call },
  { name, timeout },
) => {
  const gone = new AbortController();
  call.once('cancelled', () => gone.abort());
  const operation = checkedName(name);
  const longest = Math.min(
    waitTimeout(timeout, settings.maxWaitMs),
    timeLeft(call.getDeadline(), Date.now()),
  );
  const found = await settings.heldCalls.hold(settings.gate, caller, longest, (timeoutMs) =>
    waitOperation(orchestrator, { operation, timeoutMs, signal: gone.signal }),
  );
  return answerOf(found);
};

function answerOf(operation: LiveOperation): OperationMessage {
  return fitting(operationView(operation), GRPC_MESSAGE_LIMIT);
}

/** Leaves room for the page token. */
const LISTED_OPERATION_LIMIT = GRPC_MESSAGE_LIMIT - 1_024;

/** Clients refuse a larger answer, with an error that does not say what to do. */
function fitting(operation: OperationView, limit: number): OperationMessage {
  const answer = toProtoOperation(operation);
  const bytes = operationType.encode(answer).finish().length;
  if (bytes <= limit) return answer;
  throw new Failure(
    'exhausted',
    `${operation.name} has ${bytes} bytes, and a gRPC client takes ${limit}: read it over HTTP`,
  );
}
