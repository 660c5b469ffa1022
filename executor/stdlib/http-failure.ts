import { Fatal } from '../errors/fatal.ts';
import { errorMap, Raised, timeoutError, valueError } from '../errors/raised.ts';
import type { HttpRequest } from './http-request.ts';

/** Codes of Node and its fetch after which it is certain that no connection existed. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  // Ports that fetch refuses because browsers do.
  'bad port',
]);
/** Failures of fetch that have a message and no code. */
const NAMELESS: readonly string[] = [
  'terminated',
  'redirect count exceeded',
  'bad port',
  'other side closed',
];
const TIMEOUTS: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/**
 * What a failed fetch is in Workflows: `ConnectionFailedError` when the connection was never made (DNS, refused, TLS),
 * `ConnectionError` when it broke ("Workflow errors"). What is neither, such as a header that fetch refuses to send,
 * is a ValueError.
 */
export function connectionError(error: unknown, { method, url }: HttpRequest): unknown {
  if (error instanceof Raised || error instanceof Fatal) return error;
  const code = codeOf(error);
  const call = `${method} ${url}`;
  if (code === undefined) return valueError(`cannot send ${call}: ${messageOf(error)}`);
  if (TIMEOUTS.has(code)) return timeoutError(`TimeoutError: ${call} got no answer in time (${code})`);
  const never = NEVER_CONNECTED.has(code) || code.includes('CERT') || code.includes('SSL');
  const tag = never ? 'ConnectionFailedError' : 'ConnectionError';
  const problem = never ? 'no connection could be made' : 'the connection broke';
  return new Raised(errorMap([tag], `${tag}: ${call}: ${problem} (${code})`));
}

/** The code of an error or of what caused it; a body that broke off has its own name and no code. */
function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (NAMELESS.includes(at.message)) return at.message;
  }
  return undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
