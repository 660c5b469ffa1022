import { Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Status } from '../lifecycle/result.ts';
import { toProtoStatus } from '../messages/operation.ts';
import { schema } from '../messages/schema.ts';
import { errorStatus } from './error-status.ts';

const statusType = schema.lookupType('google.rpc.Status');

/** Converts an error to the form that @grpc/grpc-js answers with. */
export function serviceError(error: unknown): ServiceError {
  return statusError(errorStatus(error));
}

/** Clients read the details from this trailer: https://grpc.io/docs/guides/error/ */
export function statusError(status: Status): ServiceError {
  const { code, message } = status;
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(statusType.encode(toProtoStatus(status)).finish()));
  return Object.assign(new Error(message), { code, details: message, metadata });
}
