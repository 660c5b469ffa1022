/** Identifies the caller of a call by its OIDC token. */
import type { IncomingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { Failure } from '../orchestrator/ports/failure.ts';
import type { Caller } from './access.ts';
import { unauthenticated } from './call-refused.ts';

/** Where the token of a call is, and what is accepted of it. */
export interface TokenSource {
  readonly issuers: readonly string[];
  /** Whether the issuer vouches for each email address, and tokens have no `email_verified`. */
  readonly confirmsEmail: boolean;
  /** How the caller sends a token, for the error of a call without one. */
  readonly rule: string;
  tokenIn(headers: Pick<IncomingHttpHeaders, string>): string | undefined;
}

/** OIDC tokens of Google, which a caller sends itself. */
export const GOOGLE_TOKENS: TokenSource = {
  // https://accounts.google.com/.well-known/openid-configuration; older tokens have the host alone.
  issuers: ['https://accounts.google.com', 'accounts.google.com'],
  confirmsEmail: false,
  rule: 'an OIDC token: Authorization: Bearer TOKEN',
  tokenIn: bearerToken,
};

/** Assertions of Identity-Aware Proxy: https://cloud.google.com/iap/docs/signed-headers-howto */
export const IAP_ASSERTIONS: TokenSource = {
  issuers: ['https://cloud.google.com/iap'],
  confirmsEmail: true,
  rule: 'the assertion of Identity-Aware Proxy',
  tokenIn(headers) {
    const assertion = headers['x-goog-iap-jwt-assertion'];
    return typeof assertion === 'string' ? assertion : undefined;
  },
};

/** Verifies the signature of a token. Resolves with its claims. */
export type VerifySignature = (token: string) => Promise<unknown>;

export interface IdentityOptions {
  readonly verifySignature: VerifySignature;
  /** GOOGLE_TOKENS if absent. */
  readonly tokens?: TokenSource;
  /** The accepted audiences of a token. Not checked if empty. */
  readonly audiences?: readonly string[];
  /**
   * Whether Cloud Run runs in front. It verifies tokens itself and passes them on without their signature:
   * https://cloud.google.com/run/docs/troubleshooting#signature-removed
   */
  readonly behindCloudRun?: boolean;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const claims = v.object({
  iss: v.string('must be text'),
  aud: v.string('must be text'),
  exp: v.number('must be a number'),
  sub: v.optional(v.string()),
  email: v.optional(v.string()),
  email_verified: v.optional(v.boolean()),
});

/** What Cloud Run puts in place of a signature that it has verified. */
const REMOVED_SIGNATURE = 'SIGNATURE_REMOVED_BY_GOOGLE';
/** The largest accepted difference between two clocks. */
const CLOCK_SKEW_MS = 60_000;

/** Identifies the callers of calls. One object serves all calls, so that the issuer's keys are fetched once. */
export class Identity {
  readonly #options: IdentityOptions;

  constructor(options: IdentityOptions) {
    this.#options = options;
  }

  /** @throws CallRefused if the call has no token, or an invalid one */
  async callerOf(headers: Pick<IncomingHttpHeaders, string>): Promise<Caller> {
    const { tokens = GOOGLE_TOKENS } = this.#options;
    const token = tokens.tokenIn(headers);
    if (token === undefined) throw unauthenticated(`The call needs ${tokens.rule}.`);
    const { aud, exp, sub, email, email_verified } = await this.#claimsOf(token);
    const { audiences = [], now = Date.now } = this.#options;
    if (exp * 1000 + CLOCK_SKEW_MS < now()) throw unauthenticated('The token has expired.');
    if (audiences.length > 0 && !audiences.includes(aud)) {
      throw unauthenticated('The token is for another audience.');
    }
    // An unconfirmed email address identifies no one.
    const isConfirmed = tokens.confirmsEmail || email_verified === true;
    return { email: isConfirmed ? email?.toLowerCase() : undefined, subject: sub };
  }

  async #claimsOf(token: string) {
    const { verifySignature, behindCloudRun = false, tokens = GOOGLE_TOKENS } = this.#options;
    const [, payload = '', signature = ''] = token.split('.');
    let found: unknown;
    try {
      const isChecked = behindCloudRun && signature === REMOVED_SIGNATURE;
      found = isChecked
        ? JSON.parse(Buffer.from(payload, 'base64url').toString())
        : await verifySignature(token);
    } catch (error) {
      // The keys could not be fetched, which is not the caller's fault.
      if (error instanceof Failure) throw error;
      // The library's error text may quote the token.
      throw unauthenticated('The token is not valid.');
    }
    const parsed = v.safeParse(claims, found);
    if (!parsed.success || !tokens.issuers.includes(parsed.output.iss))
      throw unauthenticated('The token is not one of Google with the claims that are needed.');
    return parsed.output;
  }
}

/**
 * If both headers are present, Cloud Run verifies only this one, and any caller could have written the other:
 * https://cloud.google.com/run/docs/authenticating/service-to-service
 */
function bearerToken(headers: Pick<IncomingHttpHeaders, string>): string | undefined {
  const header = headers['x-serverless-authorization'] ?? headers.authorization;
  if (typeof header !== 'string') return undefined;
  const [, token] = /^bearer\s+([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(header.trim()) ?? [];
  if (token === undefined) throw unauthenticated('The header Authorization must be: Bearer TOKEN.');
  return token;
}
