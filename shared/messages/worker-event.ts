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
    case 'created': {
      const { creation, metadata } = creationOf(event.value, context);
      return { type: 'created', creation, metadata, restart: undefined, isOwnWork: undefined };
    }
    case 'progressed': {
      const { metadata } = event.value;
      if (!metadata) throw new InvalidInput('progressed.metadata', 'is required');
      return { type: 'progressed', metadata: payloads.any('progressed.metadata', metadata) };
    }
    case 'checkpointed': {
      const { checkpoint, resumePoint } = savepointOf(event.value, 'checkpointed', payloads);
      return { type: 'checkpointed', checkpoint, resumePoint };
    }
    case 'heartbeat':
      return { type: 'heartbeat', catchPoint: catchPointOf(event.value, 'heartbeat.catchPoint') };
    case 'waiting': {
      const { terms, children, spawn } = waitTermsOf(event.value, context);
      const { checkpoint, resumePoint } = savepointOf(event.value, 'waiting', payloads);
      return { type: 'waiting', terms, children, spawn, checkpoint, resumePoint };
    }
    case 'notified': {
      const { name, payload } = notificationOf(event.value, payloads);
      return { type: 'notified', name, payload };
    }
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
