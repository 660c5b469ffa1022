/**
 * google.longrunning.Operations over gRPC, for those who run it on a server of their own: the same use cases and errors
 * as over HTTP. The one file that imports @grpc/grpc-js, which is optional.
 */
import {
  Metadata,
  type ServerUnaryCall,
  type ServiceDefinition,
  type ServiceError,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { google } from '../../proto/generated/messages.js';
import { operationView, toProtoOperation, toProtoStatus } from '../messages/operation.ts';
import { schema } from '../messages/schema.ts';
import { deleteOperation } from '../orchestrator/delete-operation.ts';
import { existingOperation } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { waitOperation } from '../orchestrator/wait-operation.ts';
import { answerCancel } from './cancel-request.ts';
import { errorStatus } from './error-status.ts';
import { logFault } from './fault-log.ts';
import { serviceDefinition, type Undecoded } from './grpc-definition.ts';
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
    <Request, Answer>(method: Method<Request, Answer>) =>
    async (call: UnaryCall<Request, Answer>, answer: sendUnaryData<Answer>) => {
      try {
        const request = call.request();
        answer(null, await method({ orchestrator: await orchestrator(), settings, call }, request));
      } catch (error) {
        logFault(error);
        answer(serviceError(error));
      }
    };
  return {
    definition: serviceDefinition(),
    implementation: {
      listOperations: unary(listOperations),
      getOperation: unary(getOperation),
      deleteOperation: unary(removeOperation),
      cancelOperation: unary(requestCancel),
      waitOperation: unary(awaitOperation),
    },
  };
}

type UnaryCall<Request, Answer> = ServerUnaryCall<Undecoded<Request>, Answer>;

interface Context {
  readonly orchestrator: Orchestrator;
  readonly settings: ApiSettings;
  readonly call: Pick<UnaryCall<unknown, unknown>, 'once' | 'getDeadline'>;
}

type Method<Request, Answer> = (context: Context, request: Request) => Promise<Answer>;
type OperationMessage = google.longrunning.IOperation;
type Empty = Record<string, never>;

const listOperations: Method<
  google.longrunning.IListOperationsRequest,
  google.longrunning.IListOperationsResponse
> = async ({ orchestrator, settings }, { name, filter, pageSize, pageToken }) => {
  const { operations, nextPageToken } = await answerList(orchestrator, settings.pageTokens, {
    name: name ?? '',
    filter: filter ?? '',
    pageSize: pageSize ?? 0,
    pageToken: pageToken ?? '',
  });
  return { operations: operations.map(toProtoOperation), nextPageToken };
};

const getOperation: Method<google.longrunning.IGetOperationRequest, OperationMessage> = async (
  { orchestrator },
  { name },
) => toProtoOperation(operationView(await existingOperation(orchestrator, checkedName(name))));

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

/** google.longrunning: of the timeout and the call's own deadline the shorter one counts. */
const awaitOperation: Method<google.longrunning.IWaitOperationRequest, OperationMessage> = async (
  { orchestrator, settings, call },
  { name, timeout },
) => {
  const gone = new AbortController();
  call.once('cancelled', () => gone.abort());
  const operation = checkedName(name);
  const longest = Math.min(waitTimeout(timeout, settings.maxWait), timeLeft(call.getDeadline(), Date.now()));
  const found = await settings.heldCalls.hold(longest, (timeout) =>
    waitOperation(orchestrator, { operation, timeout, signal: gone.signal }),
  );
  return toProtoOperation(operationView(found));
};

const statusType = schema.lookupType('google.rpc.Status');

/** Clients read the details from the trailer that gRPC's libraries agree on. */
function serviceError(error: unknown): ServiceError {
  const status = errorStatus(error);
  const { code, message } = status;
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(statusType.encode(toProtoStatus(status)).finish()));
  return Object.assign(new Error(message), { code, details: message, metadata });
}
