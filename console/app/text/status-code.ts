/** The names of google.rpc.Code, by number. Not those of shared/client: the upload of a deployment builds the console without it. */
const NAMES: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** `NOT_FOUND`; `code 99` for a number that google.rpc.Code does not have. */
export function statusName(code: number): string {
  return NAMES[code] ?? `code ${code}`;
}
