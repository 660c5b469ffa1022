import type { Retry, Template } from '../source/model.ts';

/** The policy of a retry as one map, whether the step names a policy or writes its fields. */
export function retryPolicy(retry: Retry): Template {
  if (retry.kind === 'policy') return retry.policy;
  const backoff = mapOf({
    initial_delay: retry.initialDelay,
    max_delay: retry.maxDelay,
    multiplier: retry.multiplier,
  });
  return mapOf({ predicate: retry.predicate, max_retries: retry.maxRetries, backoff });
}

/** A map of the fields that are given. */
function mapOf(fields: Readonly<Record<string, Template | undefined>>): Template {
  const entries = Object.entries(fields).flatMap(([name, value]) => {
    const key: Template = { kind: 'literal', value: name };
    return value ? [[key, value] as const] : [];
  });
  return { kind: 'map', entries };
}
