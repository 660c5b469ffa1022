import type { Request } from 'express';
import { RequestError } from '../errors/request-error.ts';
import type { Execution } from '../execution.ts';
import type { Executor } from '../executor.ts';
import { callbackResource, executionResource, stepEntryResource } from './execution-resource.ts';
import { matchesFilter, parseFilter } from './filter.ts';
import { EXECUTION_FIELDS, STEP_FIELDS } from './list-fields.ts';
import { sorted } from './order.ts';
import { page } from './paging.ts';
import { pathParameter, queryText, stringMap } from './request-reader.ts';

/** `projects.locations.workflows.executions`, its callbacks and its step entries. */
export class ExecutionsHandler {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  readonly create = (request: Request): object => {
    const body: unknown = request.body ?? {};
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new RequestError('INVALID_ARGUMENT', 'the request body must be an Execution');
    }
    const argument: unknown = 'argument' in body ? body.argument : undefined;
    if (argument !== undefined && argument !== null && typeof argument !== 'string') {
      throw new RequestError('INVALID_ARGUMENT', 'argument must be JSON in a string');
    }
    const execution = this.#executor.createExecution(pathParameter(request, 'workflow'), {
      project: pathParameter(request, 'project'),
      location: pathParameter(request, 'location'),
      labels: stringMap('labels', 'labels' in body ? body.labels : undefined),
      ...(typeof argument === 'string' && { argument }),
      ...('disableConcurrencyQuotaOverflowBuffering' in body && {
        disableConcurrencyQuotaOverflowBuffering: body.disableConcurrencyQuotaOverflowBuffering === true,
      }),
    });
    return executionResource(execution, 'FULL');
  };

  readonly get = (request: Request): object => {
    return executionResource(this.#find(request), viewOf(request, 'FULL'));
  };

  readonly list = (request: Request): object => {
    const filter = parseFilter(queryText(request, 'filter'), EXECUTION_FIELDS, ({ labels }) => labels);
    const view = viewOf(request, 'BASIC');
    const all = this.#executor.executions({ workflowId: pathParameter(request, 'workflow') });
    const found = all.filter((execution) => matchesFilter(execution, filter));
    const ordered = sorted(found, queryText(request, 'orderBy'), EXECUTION_FIELDS);
    const { items, nextPageToken } = page(ordered, request, {
      byDefault: 100,
      atMost: view === 'FULL' ? 100 : 1000,
    });
    return { executions: items.map((execution) => executionResource(execution, view)), ...nextPageToken };
  };

  readonly cancel = (request: Request): object => {
    const execution = this.#find(request);
    execution.cancel();
    return executionResource(execution, 'FULL');
  };

  readonly listCallbacks = (request: Request): object => {
    const { name } = this.#find(request);
    const endpoints = this.#executor.callbacks.endpointsOf(name);
    const { items, nextPageToken } = page(endpoints, request, { byDefault: 100, atMost: 100 });
    return { callbacks: items.map((endpoint) => callbackResource(name, endpoint)), ...nextPageToken };
  };

  readonly listSteps = (request: Request): object => {
    const execution = this.#find(request);
    const filter = parseFilter(queryText(request, 'filter'), STEP_FIELDS);
    const found = execution.history.filter((entry) => matchesFilter(entry, filter));
    const ordered = sorted(found, queryText(request, 'orderBy'), STEP_FIELDS);
    const { items, nextPageToken } = page(ordered, request, { byDefault: 1000, atMost: 1000 });
    return {
      stepEntries: items.map((entry) => stepEntryResource(execution, entry)),
      totalSize: ordered.length,
      ...nextPageToken,
    };
  };

  readonly getStep = (request: Request): object => {
    const execution = this.#find(request);
    const id = pathParameter(request, 'entry');
    const entry = execution.history[Number(id) - 1];
    if (entry === undefined) throw new RequestError('NOT_FOUND', `step entry '${id}' does not exist`);
    return stepEntryResource(execution, entry);
  };

  #find(request: Request): Execution {
    const id = pathParameter(request, 'execution');
    const execution = this.#executor.execution(id);
    if (execution === undefined || execution.workflowId !== pathParameter(request, 'workflow')) {
      throw new RequestError('NOT_FOUND', `execution '${id}' does not exist`);
    }
    return execution;
  }
}

type View = 'BASIC' | 'FULL';

/** Clients may send an enum by name or by number. */
function viewOf(request: Request, fallback: View): View {
  switch (queryText(request, 'view')) {
    case 'BASIC':
    case '1':
      return 'BASIC';
    case 'FULL':
    case '2':
      return 'FULL';
    default:
      return fallback;
  }
}
