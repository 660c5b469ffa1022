import { codeNumber, codeOf } from '../../../shared/client/code.ts';

/** `NOT_FOUND`; `code 99` for a number that google.rpc.Code does not have. */
export function statusName(number: number): string {
  if (number === 0) return 'OK';
  const code = codeOf(number);
  // UNKNOWN also stands for the numbers that there are no names for.
  return codeNumber(code) === number ? code : `code ${number}`;
}
