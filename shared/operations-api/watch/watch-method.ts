/** `:watch`: operations as they change, as server-sent events. */
import type { IncomingHttpHeaders } from 'node:http';
import { ALWAYS } from '../../orchestrator/condition.ts';
import { existingOperation } from '../../orchestrator/existing-operation.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import { parseFilter } from '../filter/filter.ts';
import { ON_OPERATION, type StreamingMethod } from '../methods/method.ts';
import { checkedName } from '../request-name.ts';
import { EventStream } from './event-stream.ts';
import { viewParameter } from './summary.ts';
import { ChangedOperation } from './watched-change.ts';

/** Longer than any id that the server sends. */
const MAX_ID_LENGTH = 256;

export const watchAll: StreamingMethod = {
  http: 'GET',
  path: '/v1/operations:watch',
  parameters: ['filter', 'view', 'lastEventId'],
  async stream({ orchestrator, settings, query, headers, visible, isConsole }, response) {
    await settings.watchHubs.of(orchestrator).watch(new EventStream(response), {
      visible,
      isConsole,
      condition: parseFilter(query.get('filter') ?? ''),
      view: viewParameter(query, ['FULL', 'SUMMARY']),
      from: lastEventId(headers, query.get('lastEventId')),
      maxMs: settings.maxWaitMs,
    });
  },
};

/** Sends the current operation, unless the caller continues from an id, and then each change. */
export const watchOne: StreamingMethod = {
  http: 'GET',
  path: `${ON_OPERATION}:watch`,
  parameters: ['view', 'lastEventId'],
  async stream({ orchestrator, settings, name, query, headers, isConsole }, response) {
    const watched = {
      // The access to this operation was checked before.
      visible: ALWAYS,
      condition: ALWAYS,
      name: checkedName(name),
      view: viewParameter(query, ['FULL', 'SUMMARY']),
      isConsole,
    };
    const from = lastEventId(headers, query.get('lastEventId'));
    const hub = settings.watchHubs.of(orchestrator);
    await existingOperation(orchestrator, watched.name);
    const stream = new EventStream(response);
    await hub.watch(stream, { ...watched, from, maxMs: settings.maxWaitMs });
    if (from !== undefined) return;
    // Reads after the watch has begun, so that a change in between is sent twice instead of not at all.
    const operation = await orchestrator.store.operation(watched.name);
    const { redaction } = orchestrator.policy;
    const now = new ChangedOperation(watched.name, stream.position, operation, redaction).for(watched);
    if (now) stream.send(now);
  },
};

/** Browsers send the header when they reconnect. The parameter is for clients that cannot set headers. */
function lastEventId(headers: IncomingHttpHeaders, parameter: string | undefined): string | undefined {
  const id = headers['last-event-id']?.toString() || parameter || undefined;
  if (id !== undefined && id.length > MAX_ID_LENGTH) {
    throw new InvalidInput('lastEventId', `must have at most ${MAX_ID_LENGTH} characters`);
  }
  return id;
}
