import { Fatal } from '../errors/fatal.ts';
import { LIMITS } from '../limits.ts';
import { decodeJson, JsonSyntaxError } from '../values/json-decoder.ts';
import type { Value, ValueMap } from '../values/value.ts';

/**
 * The map of `body`, `code` and `headers` ("Make an HTTP request"). JSON is decoded, text is a string, the rest bytes.
 *
 * @throws Fatal when the response is larger than the limit
 */
export async function readResponse(response: Response): Promise<ValueMap> {
  const bytes = await readBody(response);
  const headers = new Map<string, Value>();
  for (const [name, value] of response.headers) {
    const known = headers.get(canonical(name));
    headers.set(canonical(name), known === undefined ? value : `${known}, ${value}`);
  }
  return new Map<string, Value>([
    ['body', decodeBody(bytes, response.headers.get('content-type'))],
    ['code', BigInt(response.status)],
    ['headers', headers],
  ]);
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (size > LIMITS.httpResponseBytes) {
      throw new Fatal(`the HTTP response is larger than ${LIMITS.httpResponseBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Node gives header names in lower case; Workflows has canonical capitals, as in `Content-Type`. */
function canonical(name: string): string {
  return name.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

const TEXT_TYPES = /^(text\/.*|application\/(xml|javascript|x-www-form-urlencoded|.*\+xml))$/;

/** Beyond JSON, which types are text is not documented. No type counts as text, and broken JSON stays text. */
function decodeBody(bytes: Buffer, contentType: string | null): Value {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) {
    if (bytes.length === 0) return null;
    const text = bytes.toString('utf8');
    try {
      return decodeJson(text);
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      return text;
    }
  }
  return type === '' || TEXT_TYPES.test(type) ? bytes.toString('utf8') : bytes;
}
