import { requirePlainText } from '../messages/text.ts';

/** The longest request id. AIP-155 recommends a UUID, but any text is accepted. */
const MAX_REQUEST_ID_LENGTH = 128;

/** @throws InvalidInput */
export function checkedRequestId(requestId: string): { readonly requestId?: string } {
  if (requestId === '') return {};
  requirePlainText('requestId', requestId, MAX_REQUEST_ID_LENGTH);
  return { requestId };
}
