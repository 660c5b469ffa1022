import type { IncomingHttpHeaders } from 'node:http';
import { AccessDenied } from '../shared/access/access.ts';
import type { Identity } from '../shared/access/identity.ts';

/**
 * Lets only named service accounts call a function, also where IAM would let others: a role on the project may have been
 * granted for something else.
 */
export class CallerCheck {
  readonly #identity: Identity;
  readonly #emails: readonly string[];

  constructor(identity: Identity, emails: readonly string[]) {
    this.#identity = identity;
    this.#emails = emails;
  }

  /** @throws CallRefused for a call without a valid token, AccessDenied for another caller */
  async check(headers: IncomingHttpHeaders): Promise<void> {
    const { email } = await this.#identity.callerOf(headers);
    if (email === undefined || !this.#emails.includes(email)) throw new AccessDenied('act');
  }
}
