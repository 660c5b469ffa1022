/** The settings that decide who may call the functions. Without them, only the Cloud Run invoker role of IAM decides. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { Access } from '../shared/access/access.ts';
import { googleSignature, iapSignature } from '../shared/access/google-signature.ts';
import { IAP_ASSERTIONS, Identity } from '../shared/access/identity.ts';
import { readPolicy } from '../shared/access/policy-file.ts';
import type { GateOptions } from '../shared/operations-api/gate.ts';
import { accessOfModule } from './access-module.ts';
import { CallerCheck } from './caller-check.ts';

const list = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').map((entry) => entry.trim())),
  v.check((entries) => entries.every((entry) => entry !== ''), 'must have no empty entry'),
);
const emails = v.pipe(
  list,
  v.check(
    (entries) => entries.every((entry) => /^[^@\s]+@[^@\s]+$/.test(entry) && entry === entry.toLowerCase()),
    'must be email addresses in lower case, separated by commas',
  ),
);
const positive = v.pipe(
  v.string(),
  v.transform(Number),
  v.check((value) => value > 0 && Number.isFinite(value), 'must be a number above 0'),
);

const schema = v.object({
  /** A file with the bindings of roles to callers of the Operations API. */
  ACCESS_POLICY: v.optional(v.string()),
  /** A module that exports `authorize(caller, action, operation)`. It replaces the policy file. */
  ACCESS_MODULE: v.optional(v.string()),
  /** The audiences that a token of a caller of the Operations API may have: the URL of the function. */
  ACCESS_AUDIENCES: v.optional(list),
  /** The service accounts that may call `resume` and `sweep`. */
  RESUME_CALLERS: v.optional(emails),
  SWEEP_CALLERS: v.optional(emails),
  /** The audience that a token of such an account must have. */
  RESUME_AUDIENCE: v.optional(v.string()),
  SWEEP_AUDIENCE: v.optional(v.string()),
  /** The number of requests that each caller of the Operations API may make per second. */
  CALLER_REQUESTS_PER_SECOND: v.optional(positive),
  /** The number of calls that may be held open for each caller of the Operations API. */
  CALLER_HELD_CALLS: v.optional(positive),
  /** Set by Cloud Run, which checks tokens before a request reaches the function. */
  K_SERVICE: v.optional(v.string()),
});

type AccessSettings = v.InferOutput<typeof schema>;

/** @throws Error that names the setting that breaks a rule, and the field if the setting is a policy */
export async function gateOptions(environment: NodeJS.ProcessEnv): Promise<GateOptions> {
  return gateBy(read(environment), identityFor);
}

/**
 * The same for calls that come through Identity-Aware Proxy, which identifies people. ACCESS_AUDIENCES is then required,
 * and is `/projects/NUMBER/locations/REGION/services/SERVICE`: the proxy signs for every service that it protects with the
 * same keys.
 *
 * @throws Error that names the setting that breaks a rule, and the field if the setting is a policy
 */
export async function gateOptionsBehindProxy(environment: NodeJS.ProcessEnv): Promise<GateOptions> {
  return gateBy(read(environment), (_, audiences) => {
    if (audiences.length === 0) {
      throw new Error(
        'ACCESS_AUDIENCES: must be the audience of the proxy, /projects/NUMBER/locations/REGION/services/SERVICE',
      );
    }
    return new Identity({ verifySignature: iapSignature(), audiences, tokens: IAP_ASSERTIONS });
  });
}

async function gateBy(
  settings: AccessSettings,
  identityOf: (settings: AccessSettings, audiences: readonly string[]) => Identity,
): Promise<GateOptions> {
  const { CALLER_REQUESTS_PER_SECOND: requestsPerSecond, CALLER_HELD_CALLS: heldCalls } = settings;
  const access = await accessOf(settings);
  const isNeeded = access !== undefined || requestsPerSecond !== undefined || heldCalls !== undefined;
  return {
    access,
    identity: isNeeded ? identityOf(settings, settings.ACCESS_AUDIENCES ?? []) : undefined,
    callerLimits: { requestsPerSecond, heldCalls },
  };
}

/** Returns the check of who calls `resume` or `sweep`, or undefined if no setting names a caller. */
export function callerCheck(
  environment: NodeJS.ProcessEnv,
  target: 'resume' | 'sweep',
): CallerCheck | undefined {
  const settings = read(environment);
  const callers = target === 'resume' ? settings.RESUME_CALLERS : settings.SWEEP_CALLERS;
  if (!callers) return undefined;
  const audience = target === 'resume' ? settings.RESUME_AUDIENCE : settings.SWEEP_AUDIENCE;
  return new CallerCheck(identityFor(settings, audience === undefined ? [] : [audience]), callers);
}

async function accessOf({ ACCESS_POLICY, ACCESS_MODULE }: AccessSettings): Promise<Access | undefined> {
  if (ACCESS_POLICY !== undefined && ACCESS_MODULE !== undefined) {
    throw new Error('Only one of ACCESS_POLICY and ACCESS_MODULE can be set.');
  }
  if (ACCESS_MODULE !== undefined) return accessOfModule(ACCESS_MODULE);
  if (ACCESS_POLICY === undefined) return undefined;
  try {
    return readPolicy(readFileSync(ACCESS_POLICY));
  } catch (error) {
    throw new Error(`ACCESS_POLICY, ${ACCESS_POLICY}: ${(error as Error).message}`, { cause: error });
  }
}

function identityFor({ K_SERVICE }: AccessSettings, audiences: readonly string[]): Identity {
  return new Identity({
    verifySignature: googleSignature(),
    audiences,
    behindCloudRun: K_SERVICE !== undefined,
  });
}

/** An empty variable counts as absent. */
function read(environment: NodeJS.ProcessEnv): AccessSettings {
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  const result = v.safeParse(schema, Object.fromEntries(given));
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  throw new Error(problems.join('; '));
}
