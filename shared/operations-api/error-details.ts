/** The details of errors that clients can act on without reading the message (AIP-193). */
import { ERROR_DOMAIN } from '../http/refusal.ts';
import type { AnyValue } from '../lifecycle/result.ts';
import { schema } from '../messages/schema.ts';
import { fromMillis } from '../messages/time.ts';

export function errorInfo(reason: string, metadata: Readonly<Record<string, string>> = {}): AnyValue {
  return detail('google.rpc.ErrorInfo', { reason, domain: ERROR_DOMAIN, metadata });
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
