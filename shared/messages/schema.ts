import type { Type } from 'protobufjs';
import protobuf from 'protobufjs/light.js';
import root from '../../proto/generated/schema.js';

/** Every message type that this deployment knows: the .proto files under proto/, and the well-known types. */
export const schema = root;

export const lifecycleEventType = root.lookupType('lro.v1.LifecycleEvent');
export const operationType = root.lookupType('google.longrunning.Operation');
export const createOperationRequestType = root.lookupType('lro.v1.CreateOperationRequest');
export const anyType = root.lookupType('google.protobuf.Any');

/** Those that were found; not those that were not, whose names anybody may make up. */
const found = new Map<string, Type>();

/** The type that an Any's `type_url` names, where this deployment knows it. */
export function knownType(typeUrl: string): Type | undefined {
  const name = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
  const known = found.get(name);
  if (known) return known;
  const type = root.lookup(name, protobuf.Type);
  // A look-up of a bare name would also find a type of that name in some package.
  if (!(type instanceof protobuf.Type) || type.fullName !== `.${name}`) return undefined;
  found.set(name, type);
  return type;
}
