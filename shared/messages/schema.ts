import type { Type } from 'protobufjs';
import protobuf from 'protobufjs/light.js';
import root from '../../proto/generated/schema.js';

/** Every message type that this deployment knows: the .proto files under proto/, and the well-known types. */
export const schema = root;

export const lifecycleEventType = root.lookupType('lro.v1.LifecycleEvent');
export const signalType = root.lookupType('lro.v1.Signal');
export const operationType = root.lookupType('google.longrunning.Operation');
export const createOperationRequestType = root.lookupType('lro.v1.CreateOperationRequest');
export const anyType = root.lookupType('google.protobuf.Any');

/** The type that an Any's `type_url` names, where this deployment knows it. */
export function knownType(typeUrl: string): Type | undefined {
  const name = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
  const found = root.lookup(name, protobuf.Type);
  // A look-up of a bare name would also find a type of that name in some package.
  return found instanceof protobuf.Type && found.fullName === `.${name}` ? found : undefined;
}
