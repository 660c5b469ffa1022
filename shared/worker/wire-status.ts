import { payloadToAny } from '../client/any.ts';
import { type Status, toWireStatus, type WireStatus } from '../client/operation-error.ts';

/** Converts an error to google.rpc.Status in proto3 JSON. A detail without `@type` is packed as a Struct. */
export function wireStatus({ code, message, details }: Status): WireStatus {
  const anys = details.map((detail, index) =>
    '@type' in (detail as object) ? detail : payloadToAny(detail, `details[${index}]`, 'INTERNAL'),
  );
  return toWireStatus({ code, message, details: anys });
}
