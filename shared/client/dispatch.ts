/** The fields of a create call, and of a spawned child, that come from the definition and the options: proto3 JSON. */
import type { CreateOptions, DefinitionSpec, Dispatch } from './definition.ts';
import { protoDuration } from './duration-field.ts';

/** Options of the call override the definition's, field by field. An option that is undefined counts as absent. */
export function creationFields(definition: DefinitionSpec, options: CreateOptions) {
  return {
    method: definition.method,
    labels: options.labels ?? definition.labels,
    ttl: protoDuration(options.ttl ?? definition.ttl, 'ttl'),
    timeout: protoDuration(options.timeout ?? definition.timeout, 'timeout'),
    dispatch: dispatchFields(definition.dispatch ?? NO_DISPATCH, options.dispatch ?? NO_DISPATCH),
  };
}

const NO_DISPATCH: Dispatch = {};

function dispatchFields(ofDefinition: Dispatch, ofCall: Dispatch): object {
  const lease = ofCall.lease ?? ofDefinition.lease;
  const startTimeout = ofCall.startTimeout ?? ofDefinition.startTimeout;
  const firstBackoff = ofCall.firstBackoff ?? ofDefinition.firstBackoff;
  const maxBackoff = ofCall.maxBackoff ?? ofDefinition.maxBackoff;
  const cancelTimeout = ofCall.cancelTimeout ?? ofDefinition.cancelTimeout;
  const catchTimeout = ofCall.catchTimeout ?? ofDefinition.catchTimeout;
  return {
    maxTries: ofCall.maxTries ?? ofDefinition.maxTries,
    backoffMultiplier: ofCall.backoffMultiplier ?? ofDefinition.backoffMultiplier,
    lease: protoDuration(lease, 'dispatch.lease'),
    startTimeout: protoDuration(startTimeout, 'dispatch.startTimeout'),
    firstBackoff: protoDuration(firstBackoff, 'dispatch.firstBackoff'),
    maxBackoff: protoDuration(maxBackoff, 'dispatch.maxBackoff'),
    cancelTimeout: protoDuration(cancelTimeout, 'dispatch.cancelTimeout'),
    catchTimeout: protoDuration(catchTimeout, 'dispatch.catchTimeout'),
  };
}
