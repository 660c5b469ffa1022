/** The scalars of the YAML that nearly every workflow file is written in: see common-yaml.ts. */
import { Unusual } from './unusual.ts';

const INTEGER = /^[-+]?\d{1,18}$/;
const DECIMAL = /^[-+]?\d+\.\d+$/;
/** Octal and hexadecimal numbers, exponents, infinities. */
const UNUSUAL_NUMBER = /^(?:0[ox]|[-+]?\.?\d[\d.]*(?:[eE]|$)|[-+]?\.(?:inf|nan)$)/i;

/** The text between the quotation marks. */
export function unquoted(quoted: string): string {
  if (quoted[0] === "'") return quoted.slice(1, -1).replaceAll("''", "'");
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

/** The value of a scalar without quotation marks, by the core schema of YAML 1.2. */
export function plainValue(text: string): null | boolean | bigint | number | string {
  switch (text) {
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
  }
  if (INTEGER.test(text)) return BigInt(text.replace('+', ''));
  if (DECIMAL.test(text)) return Number(text);
  if (UNUSUAL_NUMBER.test(text)) throw new Unusual();
  return text;
}
