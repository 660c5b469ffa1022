import type { TerminalOperation } from '../../../shared/lifecycle/operation.ts';

/** Describes how an operation ended, in a form that can be compared. */
export function endOf(operation: TerminalOperation): string {
  if (operation.state !== 'SUCCEEDED') return JSON.stringify([operation.state, operation.error]);
  const { typeUrl, value } = operation.response;
  return JSON.stringify([operation.state, typeUrl, Buffer.from(value).toString('base64')]);
}
