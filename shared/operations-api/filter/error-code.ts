import { schema } from '../../messages/schema.ts';

const INTEGER = /^-?\d{1,10}$/;

/** Reads a google.rpc.Code by its number or name. Other numbers are accepted, because workers may use codes of their own. */
export function errorCodeOf(text: string): number | undefined {
  if (INTEGER.test(text)) return Number(text);
  const { values } = schema.lookupEnum('google.rpc.Code');
  return Object.hasOwn(values, text) ? values[text] : undefined;
}
