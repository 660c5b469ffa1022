import { OperationError } from './operation-error.ts';

/**
 * Refuses a URL at which every call would fail, and be tried again.
 *
 * @throws OperationError INVALID_ARGUMENT
 */
export function requireOperationsUrl(url: string): void {
  // A path alone is right in a browser.
  if (url.startsWith('/')) return;
  // fetch refuses a URL with a password, in an error that shows the password.
  if (/^(\w+:\/\/)?[^/?#]*@/.test(url)) {
    throw new OperationError('INVALID_ARGUMENT', 'url: must have no user name and no password');
  }
  if (/^[\w.-]+:\d/.test(url) || (url.includes(':') && !/^https?:\/\//i.test(url))) {
    throw new OperationError('INVALID_ARGUMENT', `url: must begin with http:// or https://, and is "${url}"`);
  }
  if (url.includes(':') && !URL.canParse(url)) {
    throw new OperationError('INVALID_ARGUMENT', `url: must be a URL, and is "${url}"`);
  }
}
