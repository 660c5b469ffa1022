import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { Message, Service, Type } from 'protobufjs';
import { messageFromBinary, registry } from '../messages/registry.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/**
 * A request as it came; the call decodes it. @grpc/grpc-js would answer bytes that are no message with INTERNAL, as if
 * the fault were the server's.
 */
export type Undecoded<Request> = () => Request;

type Properties = Readonly<Record<string, unknown>>;

/** A service of the .proto files as @grpc/grpc-js wants it. */
export function serviceDefinition(service: Service): ServiceDefinition {
  const methods = service.methodsArray.map((method) => {
    method.resolve();
    const { resolvedRequestType, resolvedResponseType, requestStream, responseStream } = method;
    if (!resolvedRequestType || !resolvedResponseType) throw new TypeError(`${method.name} has no types.`);
    const originalName = method.name.charAt(0).toLowerCase() + method.name.slice(1);
    const definition: MethodDefinition<unknown, Properties> = {
      originalName,
      path: `/${service.fullName.slice(1)}/${method.name}`,
      requestStream: requestStream ?? false,
      responseStream: responseStream ?? false,
      ...codec(resolvedRequestType, resolvedResponseType),
    };
    return [originalName, definition] as const;
  });
  return Object.fromEntries(methods);
}

type Codec = Pick<
  MethodDefinition<unknown, Properties>,
  'requestSerialize' | 'requestDeserialize' | 'responseSerialize' | 'responseDeserialize'
>;

function codec(request: Type, response: Type): Codec {
  return {
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
    const known = registry.getMessage(name);
    if (known) messageFromBinary(known, bytes);
    return type.decode(bytes);
  } catch {
    throw new InvalidInput('request', `must be a ${name} whose text is UTF-8`);
  }
}
