/** Checks that a push comes from the service account of the push subscription. */
import type { IncomingHttpHeaders } from 'node:http';
import { CallRefused } from '../access/call-refused.ts';
import { googleSignature } from '../access/google-signature.ts';
import { Identity, type VerifySignature } from '../access/identity.ts';

export interface PushCallerOptions {
  /** The service account of the push subscription, which alone may push. */
  serviceAccount?: string;
  /** The audience of the push subscription's token. If absent, the audience is not checked. */
  audience?: string;
  /** `'none'`: Cloud Run or a proxy has already checked the caller, or the system is local. Default: `'oidc'`. */
  authentication?: 'oidc' | 'none';
  /** Checks the signature of a token. Default: with Google's keys. */
  verifySignature?: VerifySignature;
}

const UNAUTHENTICATED = 401;
const FORBIDDEN = 403;
const UNAVAILABLE = 503;

export class PushCaller {
  readonly #identity: Identity | undefined;
  readonly #serviceAccount: string | undefined;

  /** @throws Error if `serviceAccount` is missing and `authentication` is not `none` */
  constructor({ serviceAccount, audience, authentication = 'oidc', verifySignature }: PushCallerOptions) {
    if (authentication === 'none') return;
    if (!serviceAccount) {
      throw new Error(
        'serviceAccount is required: the service account that the push subscription uses. Set authentication: "none" only behind a proxy that authenticates the calls',
      );
    }
    this.#serviceAccount = serviceAccount.toLowerCase();
    this.#identity = new Identity({
      verifySignature: verifySignature ?? googleSignature(),
      audiences: audience === undefined ? [] : [audience],
      behindCloudRun: process.env.K_SERVICE !== undefined,
    });
  }

  /** The HTTP status with which to refuse the caller, or undefined if it may push. */
  async refusal(headers: IncomingHttpHeaders): Promise<number | undefined> {
    if (!this.#identity) return undefined;
    try {
      const { email } = await this.#identity.callerOf(headers);
      return email === this.#serviceAccount ? undefined : FORBIDDEN;
    } catch (error) {
      // Any other error, such as keys that cannot be fetched, says nothing about the caller.
      return error instanceof CallRefused ? UNAUTHENTICATED : UNAVAILABLE;
    }
  }
}
