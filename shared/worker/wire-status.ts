import { payloadToAny } from '../client/any.ts';
import { type Status, toWireStatus, type WireStatus } from '../client/operation-error.ts';

/** google.rpc.Status in proto3 JSON; details without a `@type` travel as Structs. */
export function wireStatus({ code, message, details }: Status): WireStatus {
  const anys = details.map((detail, index) =>
    '@type' in (detail as object) ? detail : payloadToAny(detail, `details[${index}]`, 'INTERNAL'),
  );
  return toWireStatus({ code, message, details: anys });
}
