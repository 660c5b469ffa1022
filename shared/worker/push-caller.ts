/** Checks who pushes signals to this worker: the service account of the push subscription. */
import type { IncomingHttpHeaders } from 'node:http';
import { googleSignature } from '../access/google-signature.ts';
import { Identity, type VerifySignature } from '../access/identity.ts';

export interface PushCallerOptions {
  /** Who may push: the service account of the push subscription. */
  serviceAccount?: string;
  /** The audience of the push subscription's token; not looked at where it is absent. */
  audience?: string;
  /** `'none'`: something before the handler has checked who calls, or the system is a local one. */
  authentication?: 'oidc' | 'none';
  /** Checks a token's signature: against Google's keys where absent. */
  verifySignature?: VerifySignature;
}

const UNAUTHENTICATED = 401;
const FORBIDDEN = 403;

export class PushCaller {
  readonly #identity: Identity | undefined;
  readonly #serviceAccount: string | undefined;

  /** @throws Error where it is not said who may push. */
  constructor({ serviceAccount, audience, authentication = 'oidc', verifySignature }: PushCallerOptions) {
    if (authentication === 'none') return;
    if (!serviceAccount) {
      throw new Error(
        'serviceAccount is missing: who may push. authentication: "none" leaves it to what stands before',
      );
    }
    this.#serviceAccount = serviceAccount.toLowerCase();
    this.#identity = new Identity({
      verifySignature: verifySignature ?? googleSignature(),
      audiences: audience === undefined ? [] : [audience],
      behindCloudRun: process.env.K_SERVICE !== undefined,
    });
  }

  /** The HTTP status of the refusal; undefined for a caller that may push. */
  async refusal(headers: IncomingHttpHeaders): Promise<number | undefined> {
    if (!this.#identity) return undefined;
    try {
      const { email } = await this.#identity.callerOf(headers);
      return email === this.#serviceAccount ? undefined : FORBIDDEN;
    } catch {
      return UNAUTHENTICATED;
    }
  }
}
