import type { Request } from 'express';
import { RequestError } from '../errors/request-error.ts';

export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

/** Returns a query parameter, or undefined if it is absent or empty. */
export function queryText(request: Request, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws RequestError when `value` is anything but a map of text */
export function stringMap(name: string, value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object') throw new RequestError('INVALID_ARGUMENT', `${name} must be a map`);
  const entries = Object.entries(value).map(([key, item]) => {
    if (typeof item !== 'string') throw new RequestError('INVALID_ARGUMENT', `${name}.${key} must be text`);
    return [key, item] as const;
  });
  // An assignment to `__proto__` would not create a key.
  return Object.fromEntries(entries);
}
