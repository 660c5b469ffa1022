import { invalidArgument } from './operation-error.ts';

/**
 * Refuses a URL at which every call would fail, and be tried again.
 *
 * @throws OperationError INVALID_ARGUMENT
 */
export function requireOperationsUrl(url: string): void {
  // fetch refuses a URL with a password, in an error that shows the password.
  if (/^(\w+:\/\/)?[^/?#]*@/.test(url)) throw invalidArgument('url: must have no user name and no password');
  // A path alone is right in a browser, and has no scheme.
  if (!/^[^/]*:/.test(url)) return;
  const rule = /^https?:\/\//i.test(url)
    ? !URL.canParse(url) && 'be a URL'
    : 'begin with http:// or https://';
  if (rule) throw invalidArgument(`url: must ${rule}, and is "${url}"`);
}
