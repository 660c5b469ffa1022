import type { IncomingHttpHeaders } from 'node:http';
import { AccessDenied } from '../shared/access/access.ts';
import type { Identity } from '../shared/access/identity.ts';

/**
 * Lets only named service accounts call a function, even if IAM allows others: a role that was granted on the project for
 * another purpose also allows calls.
 */
export class CallerCheck {
  readonly #identity: Identity;
  readonly #emails: readonly string[];

  constructor(identity: Identity, emails: readonly string[]) {
    this.#identity = identity;
    this.#emails = emails;
  }

  /** @throws CallRefused if the call has no valid token, AccessDenied if the caller is not in the list */
  async check(headers: IncomingHttpHeaders): Promise<void> {
    const { email } = await this.#identity.callerOf(headers);
    if (email === undefined || !this.#emails.includes(email)) throw new AccessDenied('act');
  }
}
