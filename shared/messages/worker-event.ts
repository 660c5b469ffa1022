/** Reads the fields of each kind of worker event, checks each one, and names the field that breaks a rule. */
import type { WorkerEvent } from '../lifecycle/event.ts';
import { EMPTY_RESPONSE } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { attemptFailedOf, failureOf } from './attempt-failed.ts';
import { creationOf } from './creation.ts';
import { catchPointOf } from './dispatch.ts';
import type { EventContext } from './event-context.ts';
import type { LifecycleMessage } from './event-message.ts';
import { notificationOf } from './notification.ts';
import { lifecycleEventType } from './registry.ts';
import { savepointOf } from './savepoint.ts';
import { waitTermsOf } from './waiting.ts';

/** @throws InvalidInput */
export function workerEventOf({ event }: LifecycleMessage, context: EventContext): WorkerEvent {
  const { payloads } = context;
  switch (event.case) {
    case 'created':
      return { type: 'created', ...creationOf(event.value, context) };
    case 'progressed': {
      const { metadata } = event.value;
      if (!metadata) throw new InvalidInput('progressed.metadata', 'is required');
      return { type: 'progressed', metadata: payloads.any('progressed.metadata', metadata) };
    }
    case 'checkpointed':
      return { type: 'checkpointed', ...savepointOf(event.value, 'checkpointed', payloads) };
    case 'heartbeat':
      return { type: 'heartbeat', ...catchPointOf(event.value, 'heartbeat.catchPoint') };
    case 'waiting':
      return {
        type: 'waiting',
        ...waitTermsOf(event.value, context),
        ...savepointOf(event.value, 'waiting', payloads),
      };
    case 'notified':
      return { type: 'notified', ...notificationOf(event.value, payloads) };
    case 'succeeded': {
      const { response } = event.value;
      return {
        type: 'succeeded',
        response: response ? payloads.any('succeeded.response', response) : EMPTY_RESPONSE,
      };
    }
    case 'failed': {
      const { error } = event.value;
      if (!error) throw new InvalidInput('failed.error', 'is required');
      return { type: 'failed', error: failureOf(error, 'failed.error', payloads) };
    }
    case 'attemptFailed':
      return attemptFailedOf(event.value, payloads);
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
