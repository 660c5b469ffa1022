/** The details of errors that clients can act on without reading the message (AIP-193). */
import type { AnyValue } from '../lifecycle/result.ts';
import { schema } from '../messages/schema.ts';
import { fromMillis } from '../messages/time.ts';

/** The domain of the reasons in ErrorInfo (AIP-193). */
const DOMAIN = 'lro-orchestrator';

export function errorInfo(reason: string, metadata: Readonly<Record<string, string>> = {}): AnyValue {
  return detail('google.rpc.ErrorInfo', { reason, domain: DOMAIN, metadata });
}

export function badRequest(field: string, description: string): AnyValue {
  return detail('google.rpc.BadRequest', { fieldViolations: [{ field, description }] });
}

export function resourceInfo(resourceName: string, description: string): AnyValue {
  const resourceType = 'google.longrunning.Operation';
  return detail('google.rpc.ResourceInfo', { resourceType, resourceName, description });
}

export function retryInfo(delayMs: number): AnyValue {
  return detail('google.rpc.RetryInfo', { retryDelay: fromMillis(delayMs) });
}

function detail(type: string, message: Readonly<Record<string, unknown>>): AnyValue {
  const value = schema.lookupType(type).encode(message).finish();
  return { typeUrl: `type.googleapis.com/${type}`, value };
}
