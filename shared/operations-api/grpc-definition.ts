import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { Message, Service, Type } from 'protobufjs';
import { messageFromBinary, registry } from '../messages/registry.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/**
 * The bytes of a request, which the method decodes. @grpc/grpc-js itself would answer malformed bytes with INTERNAL, as if the
 * server had failed.
 */
export type Undecoded<Request> = () => Request;

type Properties = Readonly<Record<string, unknown>>;

/** Converts a service of the .proto files to the form that @grpc/grpc-js expects. */
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
    // Encodes the plain object that a client of this definition sends.
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
    // protobufjs replaces invalid UTF-8 with U+FFFD, so two different names could become the same.
    const known = registry.getMessage(name);
    if (known) messageFromBinary(known, bytes);
    return type.decode(bytes);
  } catch {
    throw new InvalidInput('request', `must be a ${name} whose text is UTF-8`);
  }
}
