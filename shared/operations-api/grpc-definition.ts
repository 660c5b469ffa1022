import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { Message, Type } from 'protobufjs';
import { messageFromBinary, messageType } from '../messages/registry.ts';
import { schema } from '../messages/schema.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/**
 * A request as it came; the call decodes it. @grpc/grpc-js would answer bytes that are no message with INTERNAL, as if
 * the fault were the server's.
 */
export type Undecoded<Request> = () => Request;

type Properties = Readonly<Record<string, unknown>>;

/** google.longrunning.Operations as @grpc/grpc-js wants it, from the .proto files. */
export function serviceDefinition(): ServiceDefinition {
  const service = schema.lookupService('google.longrunning.Operations');
  const methods = service.methodsArray.map((method) => {
    method.resolve();
    const { resolvedRequestType, resolvedResponseType } = method;
    if (!resolvedRequestType || !resolvedResponseType) throw new TypeError(`${method.name} has no types.`);
    const name = method.name.charAt(0).toLowerCase() + method.name.slice(1);
    const path = `/${service.fullName.slice(1)}/${method.name}`;
    return [name, methodDefinition(name, path, resolvedRequestType, resolvedResponseType)] as const;
  });
  return Object.fromEntries(methods);
}

function methodDefinition(
  originalName: string,
  path: string,
  request: Type,
  response: Type,
): MethodDefinition<unknown, Properties> {
  return {
    ...{ originalName, path, requestStream: false, responseStream: false },
    // What a client that is made from this definition sends: a plain object.
    requestSerialize: (message) => encoded(request, message as Properties),
    requestDeserialize:
      (bytes): Undecoded<Message> =>
      () =>
        decoded(request, bytes),
    responseSerialize: (message) => encoded(response, message),
    responseDeserialize: (bytes) => ({ ...response.decode(bytes) }),
  };
}

function encoded(type: Type, message: Properties): Buffer {
  return Buffer.from(type.encode(message).finish());
}

function decoded(type: Type, bytes: Buffer): Message {
  const name = type.fullName.slice(1);
  try {
    // protobufjs reads what is not UTF-8 as U+FFFD, and two different names as one.
    messageFromBinary(messageType(name), bytes);
    return type.decode(bytes);
  } catch {
    throw new InvalidInput('request', `must be a ${name} whose text is UTF-8`);
  }
}
