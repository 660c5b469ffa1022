import root from '../../proto/generated/schema.js';

/**
 * Every message type that this deployment knows, for protobufjs, which Google's client libraries use to encode and
 * decode. `registry.ts` has the same types for JSON and for events.
 */
export const schema = root;

export const operationType = root.lookupType('google.longrunning.Operation');
export const anyType = root.lookupType('google.protobuf.Any');
