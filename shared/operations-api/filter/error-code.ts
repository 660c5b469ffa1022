import { schema } from '../../messages/schema.ts';

const INTEGER = /^-?\d{1,10}$/;

/** A google.rpc.Code by its number or its name. Other numbers are allowed: workers may give their own codes. */
export function errorCodeOf(text: string): number | undefined {
  if (INTEGER.test(text)) return Number(text);
  const { values } = schema.lookupEnum('google.rpc.Code');
  return Object.hasOwn(values, text) ? values[text] : undefined;
}
