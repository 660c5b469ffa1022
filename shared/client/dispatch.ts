/** The fields of `created` that say how the work is done, in proto3 JSON. */
import type { CreateOptions, DefinitionSpec, Dispatch } from './definition.ts';
import { protoDuration } from './duration-field.ts';

/** Options of the call override the definition's, field by field. */
export function creationFields(definition: DefinitionSpec, options: CreateOptions) {
  const { method } = definition;
  return {
    method,
    labels: options.labels ?? definition.labels,
    ttl: protoDuration(options.ttl ?? definition.ttl, 'ttl'),
    timeout: protoDuration(options.timeout ?? definition.timeout, 'timeout'),
    dispatch: dispatchFields({ ...definition.dispatch, ...options.dispatch }),
  };
}

function dispatchFields({ maxTries, backoffMultiplier, ...durations }: Dispatch): object {
  return {
    maxTries,
    backoffMultiplier,
    lease: protoDuration(durations.lease, 'dispatch.lease'),
    startTimeout: protoDuration(durations.startTimeout, 'dispatch.startTimeout'),
    firstBackoff: protoDuration(durations.firstBackoff, 'dispatch.firstBackoff'),
    maxBackoff: protoDuration(durations.maxBackoff, 'dispatch.maxBackoff'),
    cancelTimeout: protoDuration(durations.cancelTimeout, 'dispatch.cancelTimeout'),
    catchTimeout: protoDuration(durations.catchTimeout, 'dispatch.catchTimeout'),
  };
}
