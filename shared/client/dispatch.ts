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
  const duration = (name: keyof Omit<Dispatch, 'maxTries' | 'backoffMultiplier'>) =>
    protoDuration(ofCall[name] ?? ofDefinition[name], `dispatch.${name}`);
  return {
    maxTries: ofCall.maxTries ?? ofDefinition.maxTries,
    backoffMultiplier: ofCall.backoffMultiplier ?? ofDefinition.backoffMultiplier,
    lease: duration('lease'),
    startTimeout: duration('startTimeout'),
    firstBackoff: duration('firstBackoff'),
    maxBackoff: duration('maxBackoff'),
    cancelTimeout: duration('cancelTimeout'),
    catchTimeout: duration('catchTimeout'),
  };
}
