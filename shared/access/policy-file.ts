/**
 * Reads the access policy that people write. A mistake in it is an error at reading time, and never widens or narrows
 * what a caller may do.
 */
import * as v from 'valibot';
import { ruleOf, strictObject, stringMap } from '../http/body-fields.ts';
import { parseJson } from '../messages/json-value.ts';
import { validated } from '../messages/validated.ts';
import { ACTIONS } from './access.ts';
import { type Member, PolicyAccess } from './policy.ts';

const EMAIL = /^[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const MEMBER_RULE = 'must be user:EMAIL, serviceAccount:EMAIL, domain:DOMAIN, all in lower case, or everyone';

const member = v.pipe(
  v.string(),
  v.check((text) => memberOf(text) !== undefined, MEMBER_RULE),
  v.transform((text) => memberOf(text) as Member),
);

const labels = v.pipe(
  stringMap,
  v.check(
    (entries) => Object.keys(entries).every((key) => /^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(key)),
    'must have keys of 1 to 63 of A-Z a-z 0-9 _ - starting with a letter',
  ),
);

const binding = strictObject({
  members: v.pipe(v.array(member), v.minLength(1, 'must name at least one member')),
  action: v.picklist(ACTIONS, `must be one of ${ACTIONS.join(', ')}`),
  prefix: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,126}$/, 'must be what an operation id can begin with'),
    ),
  ),
  labels: v.optional(labels, {}),
});

const policy = strictObject({ bindings: v.array(binding) });

/**
 * Reads `{"bindings":[{"members":["user:a@example.com"],"action":"read","prefix":"a-","labels":{"team":"a"}}]}`.
 *
 * @throws InvalidInput with the path of the field and the rule
 */
export function readPolicy(text: Uint8Array): PolicyAccess {
  return new PolicyAccess(validated(policy, parseJson(text, 'policy'), 'policy', ruleOf).bindings);
}

function memberOf(text: string): Member | undefined {
  if (text === 'everyone') return { kind: 'everyone' };
  const [, kind, value = ''] = /^(user|serviceAccount|domain):(.*)$/.exec(text) ?? [];
  if (value !== value.toLowerCase()) return undefined;
  switch (kind) {
    case 'user':
    case 'serviceAccount':
      return EMAIL.test(value) ? { kind: 'account', email: value } : undefined;
    case 'domain':
      return DOMAIN.test(value) ? { kind: 'domain', domain: value } : undefined;
    default:
      return undefined;
  }
}
