import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { Message, Type } from 'protobufjs';
import { schema } from '../messages/schema.ts';

type Properties = Readonly<Record<string, unknown>>;

/** google.longrunning.Operations as @grpc/grpc-js wants it, from the .proto files. */
export function serviceDefinition(): ServiceDefinition {
  const service = schema.lookupService('google.longrunning.Operations');
  const methods = service.methodsArray.map((method): [string, MethodDefinition<Properties, Properties>] => {
    method.resolve();
    const request = codec(method.resolvedRequestType);
    const response = codec(method.resolvedResponseType);
    const name = method.name.charAt(0).toLowerCase() + method.name.slice(1);
    return [
      name,
      {
        path: `/${service.fullName.slice(1)}/${method.name}`,
        originalName: name,
        requestStream: false,
        responseStream: false,
        requestSerialize: request.encode,
        requestDeserialize: request.decode,
        responseSerialize: response.encode,
        responseDeserialize: response.decode,
      },
    ];
  });
  return Object.fromEntries(methods);
}

function codec(type: Type | null) {
  if (!type) throw new TypeError('A method of google.longrunning.Operations has a type that is not there.');
  return {
    encode: (message: Properties) => Buffer.from(type.encode(message).finish()),
    decode: (bytes: Buffer): Message & Properties => type.decode(bytes) as Message & Properties,
  };
}
