/** The resource name of an operation of this deployment: `operations/{operation_id}` (AIP-122, AIP-151). */
export type OperationName = `operations/${string}`;

const PREFIX = 'operations/';
const ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;

/** The rules in words, for error messages. */
export const OPERATION_NAME_RULE =
  'must be operations/{id}, the id 1 to 128 of A-Z a-z 0-9 . _ ~ - starting with a letter or digit';

export const OPERATION_ID_RULE =
  'must be an id without "operations/" in front of it: 1 to 128 of A-Z a-z 0-9 . _ ~ - starting with a letter or digit';

export function isOperationName(text: string): text is OperationName {
  return text.startsWith(PREFIX) && isOperationId(text.slice(PREFIX.length));
}

export function isOperationId(text: string): boolean {
  return ID.test(text);
}

export function operationName(id: string): OperationName {
  return `${PREFIX}${id}`;
}

export function operationId(name: OperationName): string {
  return name.slice(PREFIX.length);
}
