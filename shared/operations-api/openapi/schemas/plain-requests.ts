/** The messages of google.longrunning that have a name, a timeout, or nothing. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, operationName } from './json-schema.ts';

export const plainRequests: JsonObject = {
  NameRequest: closed({ name: operationName }, []),
  WaitOperationRequest: closed({ name: operationName, timeout: { type: 'string', examples: ['30s'] } }, []),
  Empty: closed({}, []),
};
