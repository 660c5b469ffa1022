/** google.rpc.Code by name: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
export type Code =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** Codes that the client names in several files. The bundle of a browser has their texts once. */
export const INVALID_ARGUMENT = 'INVALID_ARGUMENT';
export const UNAVAILABLE = 'UNAVAILABLE';

/** In the order of their numbers, from 1. */
const CODES: readonly Code[] = [
  'CANCELLED',
  'UNKNOWN',
  INVALID_ARGUMENT,
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
  UNAVAILABLE,
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** The number on the wire, from 1. */
export function codeNumber(code: Code): number {
  return CODES.indexOf(code) + 1;
}

/** Returns UNKNOWN for a number that google.rpc.Code does not have. */
export function codeOf(number: unknown): Code {
  return CODES[Number(number) - 1] ?? 'UNKNOWN';
}

export function isCode(name: unknown): name is Code {
  return CODES.includes(name as Code);
}
