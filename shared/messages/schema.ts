import root from '../../proto/generated/schema.js';

/**
 * Every message type that this deployment knows, for protobufjs: what Google's client libraries carry is encoded and
 * decoded with it. `registry.ts` has the same types for JSON and for events.
 */
export const schema = root;

export const operationType = root.lookupType('google.longrunning.Operation');
