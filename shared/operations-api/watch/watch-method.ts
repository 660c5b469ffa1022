/** `:watch`: operations as they change, as server-sent events. */
import type { Request, Response } from 'express';
import { ALWAYS } from '../../orchestrator/condition.ts';
import { existingOperation } from '../../orchestrator/existing-operation.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import type { ApiCall } from '../api-method.ts';
import { parseFilter } from '../filter/filter.ts';
import { checkedName } from '../request-name.ts';
import { EventStream } from './event-stream.ts';
import { viewParameter } from './summary.ts';
import { ChangedOperation } from './watched-change.ts';

/** A method that answers for as long as its caller listens. */
export interface StreamMethod {
  readonly parameters: readonly string[];
  /** Rejects, before anything is answered, with a Failure. */
  stream(call: ApiCall, request: Request, response: Response): Promise<void>;
}

/** Longer ids than any that is given out. */
const MAX_ID_LENGTH = 128;

export const watchAll: StreamMethod = {
  parameters: ['filter', 'view', 'lastEventId'],
  async stream({ orchestrator, settings, query }, request, response) {
    await settings.watchHubs.of(orchestrator).watch(new EventStream(response), {
      condition: parseFilter(query.get('filter') ?? ''),
      view: viewParameter(query, ['FULL', 'SUMMARY']),
      from: lastEventId(request, query.get('lastEventId')),
      maxMs: settings.maxWait,
    });
  },
};

/** The operation as it is, unless the caller goes on from an id, and then each of its changes. */
export const watchOne: StreamMethod = {
  parameters: ['view', 'lastEventId'],
  async stream({ orchestrator, settings, name, query }, request, response) {
    const watched = {
      condition: ALWAYS,
      name: checkedName(name),
      view: viewParameter(query, ['FULL', 'SUMMARY']),
    };
    const from = lastEventId(request, query.get('lastEventId'));
    const hub = settings.watchHubs.of(orchestrator);
    await existingOperation(orchestrator, watched.name);
    const stream = new EventStream(response);
    await hub.watch(stream, { ...watched, from, maxMs: settings.maxWait });
    if (from !== undefined) return;
    // Read after the watch began: what happens in between is told twice rather than not at all.
    const operation = await orchestrator.store.operation(watched.name);
    const now = new ChangedOperation(watched.name, stream.position, operation).for(watched);
    if (now) stream.send(now);
  },
};

/** The header that browsers send when they come back; the parameter is for clients that can set none. */
function lastEventId(request: Request, parameter: string | undefined): string | undefined {
  const id = request.get('last-event-id') || parameter || undefined;
  if (id !== undefined && id.length > MAX_ID_LENGTH) {
    throw new InvalidInput('lastEventId', `must have at most ${MAX_ID_LENGTH} characters`);
  }
  return id;
}
