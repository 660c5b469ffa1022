/** Reads the header Retry-After, by which proxies and load balancers say what google.rpc.RetryInfo says. */
import { retryInfoMs } from '../client/api-error.ts';

interface ErrorBody {
  readonly error?: { readonly details?: readonly unknown[] };
}

/**
 * Returns the body of an error answer with the header as its google.rpc.RetryInfo, so that callers have one rule for both. A RetryInfo that
 * the body has is more exact, and stays.
 *
 * @param date the header Date of the answer
 * @throws SyntaxError if the body is no JSON and the header says nothing
 */
export function withRetryAfter(text: string, retryAfter: string, date?: string): object {
  const seconds = secondsOf(retryAfter, date);
  if (!(seconds > 0)) return JSON.parse(text);
  const { error } = bodyOf(text);
  const { details = [] } = error ?? {};
  if (retryInfoMs(details) !== undefined) return { error };
  const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` };
  return { error: { ...error, details: [...details, retryInfo] } };
}

/** The header is a number of seconds or a date. NaN if it is neither. A date is of the server's clock, which need not agree with this one. */
function secondsOf(retryAfter: string, date: string | undefined): number {
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const nowMs = (date === undefined ? Number.NaN : Date.parse(date)) || Date.now();
  return (Date.parse(retryAfter) - nowMs) / 1_000;
}

/** A proxy answers in HTML. */
function bodyOf(text: string): ErrorBody {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
