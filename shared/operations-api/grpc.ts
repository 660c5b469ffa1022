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
import { cancelOperation } from '../orchestrator/cancel-operation.ts';
import { deleteOperation } from '../orchestrator/delete-operation.ts';
import { existingOperation } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { waitOperation } from '../orchestrator/wait-operation.ts';
import { errorStatus } from './error-status.ts';
import { logFault } from './fault-log.ts';
import { serviceDefinition } from './grpc-definition.ts';
import { answerList } from './list-request.ts';
import { checkedName } from './request-name.ts';
import { type ApiOptions, type ApiSettings, apiSettings } from './settings.ts';
import { waitTimeout } from './wait-timeout.ts';

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
    async (call: ServerUnaryCall<Request, Answer>, answer: sendUnaryData<Answer>) => {
      try {
        answer(null, await method(await orchestrator(), call, settings));
      } catch (error) {
        if (call.cancelled) return;
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

type Method<Request, Answer> = (
  orchestrator: Orchestrator,
  call: ServerUnaryCall<Request, Answer>,
  settings: ApiSettings,
) => Promise<Answer>;

type OperationMessage = google.longrunning.IOperation;
type Empty = Record<string, never>;

const listOperations: Method<
  google.longrunning.IListOperationsRequest,
  google.longrunning.IListOperationsResponse
> = async (orchestrator, { request }, { pageTokens }) => {
  const { name, filter, pageSize, pageToken } = request;
  const { operations, nextPageToken } = await answerList(orchestrator, pageTokens, {
    name: name ?? '',
    filter: filter ?? '',
    pageSize: pageSize ?? 0,
    pageToken: pageToken ?? '',
  });
  return { operations: operations.map(toProtoOperation), nextPageToken };
};

const getOperation: Method<google.longrunning.IGetOperationRequest, OperationMessage> = async (
  orchestrator,
  { request },
) => toProtoOperation(operationView(await existingOperation(orchestrator, checkedName(request.name))));

const removeOperation: Method<google.longrunning.IDeleteOperationRequest, Empty> = async (
  orchestrator,
  { request },
) => {
  await deleteOperation(orchestrator, checkedName(request.name));
  return {};
};

const requestCancel: Method<google.longrunning.ICancelOperationRequest, Empty> = async (
  orchestrator,
  { request },
) => {
  await cancelOperation(orchestrator, checkedName(request.name));
  return {};
};

const awaitOperation: Method<google.longrunning.IWaitOperationRequest, OperationMessage> = async (
  orchestrator,
  call,
  { maxWait },
) => {
  const gone = new AbortController();
  call.once('cancelled', () => gone.abort());
  const operation = await waitOperation(orchestrator, {
    operation: checkedName(call.request.name),
    timeout: Math.min(waitTimeout(call.request.timeout, maxWait), untilDeadline(call)),
    signal: gone.signal,
  });
  return toProtoOperation(operationView(operation));
};

/** For the answer to arrive before the client gives up. In milliseconds. */
const ANSWER_MARGIN = 250;

/** google.longrunning: of the timeout and the call's own deadline the shorter one counts. */
function untilDeadline(call: { getDeadline(): Date | number }): number {
  return Math.max(0, Number(call.getDeadline()) - Date.now() - ANSWER_MARGIN);
}

const statusType = schema.lookupType('google.rpc.Status');

/** Clients read the details from the trailer that gRPC's libraries agree on. */
function serviceError(error: unknown): ServiceError {
  const status = errorStatus(error);
  const { code, message } = status;
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(statusType.encode(toProtoStatus(status)).finish()));
  return Object.assign(new Error(message), { code, details: message, metadata });
}
