import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { logFault } from '../../../shared/operations-api/fault-log.ts';
import type { Undecoded } from '../../../shared/operations-api/grpc-definition.ts';
import { serviceError } from '../../../shared/operations-api/grpc-error.ts';
import { ackError } from './ack-error.ts';

/** What a method needs from its call. */
export type CallContext = Pick<ServerUnaryCall<unknown, unknown>, 'once' | 'getDeadline'>;

/** Answers a request. @throws Failure for an error */
export type Method<Request, Answer> = (request: Request, call: CallContext) => Answer | Promise<Answer>;

/** The method in the form that @grpc/grpc-js calls. */
export function unary<Request, Answer>(method: Method<Request, Answer>) {
  return async (call: ServerUnaryCall<Undecoded<Request>, Answer>, answer: sendUnaryData<Answer>) => {
    try {
      answer(null, await method(call.request(), call));
    } catch (error) {
      logFault(error);
      answer(ackError(error) ?? serviceError(error));
    }
  };
}
