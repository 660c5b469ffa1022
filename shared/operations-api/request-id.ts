import { requirePlainText } from '../messages/text.ts';

/** The longest request id. AIP-155 recommends a UUID, but any text is accepted. */
const MAX_REQUEST_ID_LENGTH = 128;

/**
 * Returns undefined if the request has no id.
 *
 * @throws InvalidInput
 */
export function checkedRequestId(requestId: string): string | undefined {
  if (requestId === '') return undefined;
  requirePlainText('requestId', requestId, MAX_REQUEST_ID_LENGTH);
  return requestId;
}
