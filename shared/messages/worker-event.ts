/** What happened, as an event of a worker says it: each field is checked, and named where it breaks a rule. */
import type { Failed } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { WorkerEvent } from '../lifecycle/event.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { EMPTY_RESPONSE, type Status } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import { creationOf } from './creation.ts';
import type { LifecycleMessage } from './event-message.ts';
import type { PayloadRules } from './payload.ts';
import { lifecycleEventType } from './registry.ts';
import { savepointOf, waitTermsOf } from './waiting.ts';

/** What an event is read with. */
export interface EventContext {
  readonly operation: OperationName;
  /** Milliseconds since the epoch: what the deadlines of the event count from. */
  readonly publishTime: number;
  readonly hosts: AllowedHosts;
  readonly payloads: PayloadRules;
}

/** @throws InvalidInput */
export function workerEventOf({ event }: LifecycleMessage, context: EventContext): WorkerEvent {
  const { operation, payloads } = context;
  switch (event.case) {
    case 'created':
      return { type: 'created', ...creationOf(event.value, operation, payloads) };
    case 'progressed': {
      const { metadata } = event.value;
      if (!metadata) throw new InvalidInput('progressed.metadata', 'is required');
      return { type: 'progressed', metadata: payloads.any('progressed.metadata', metadata) };
    }
    case 'checkpointed':
      return { type: 'checkpointed', ...savepointOf(event.value, 'checkpointed', payloads) };
    case 'waiting': {
      const { terms, children } = waitTermsOf(event.value, context);
      return { type: 'waiting', terms, children, ...savepointOf(event.value, 'waiting', payloads) };
    }
    case 'succeeded': {
      const { response } = event.value;
      return {
        type: 'succeeded',
        response: response ? payloads.any('succeeded.response', response) : EMPTY_RESPONSE,
      };
    }
    case 'failed':
      return { type: 'failed', error: errorOf(event.value, 'failed', payloads) };
    case 'cancelRequested':
      return { type: 'cancelRequested', cascade: event.value.cascade ?? true };
    case 'cancelled':
      return { type: 'cancelled' };
    default:
      throw new InvalidInput('event', `must be one of ${eventFields().join(', ')}`);
  }
}

function eventFields(): readonly string[] {
  return lifecycleEventType.oneofs.flatMap(({ name, fields }) =>
    name === 'event' ? fields.map(({ jsonName }) => jsonName) : [],
  );
}

function errorOf({ error }: Pick<Failed, 'error'>, path: string, payloads: PayloadRules): Status {
  if (!error) throw new InvalidInput(`${path}.error`, 'is required');
  if (error.code === 0) {
    throw new InvalidInput(`${path}.error.code`, 'must be a google.rpc.Code that is not 0 (OK)');
  }
  return payloads.status(`${path}.error`, error);
}
