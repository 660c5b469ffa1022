/** google.longrunning.Operations in its HTTP form, as an express app that a function or a server mounts. */
import express, { type Express, type Request, type Response } from 'express';
import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import { operationToJson, operationView } from '../messages/operation.ts';
import { createOperation } from '../orchestrator/create-operation.ts';
import { Failure, InvalidInput } from '../orchestrator/failure.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { createRequestOf } from './create-request.ts';
import { errorResponse } from './http-error.ts';
import { inspectOperation } from './inspect.ts';

type Use = (orchestrator: Orchestrator, request: Request) => Promise<object>;

export function operationsRouter(orchestrator: () => Promise<Orchestrator>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(express.json({ limit: '1mb' }));

  const answer = (use: Use) => async (request: Request, response: Response) => {
    try {
      response.json(await use(await orchestrator(), request));
    } catch (error) {
      errorResponse(response, error);
    }
  };
  app.post('/google.longrunning.Operations/GetOperation', answer(getByName));
  app.post('/v1/operations', answer(create));
  app.get('/v1/operations/:target', answer(getOrInspect));
  app.use((_request, response) =>
    errorResponse(response, new Failure('notFound', 'There is no such method.')),
  );
  return app;
}

const getByName: Use = async (orchestrator, { body }) => get(orchestrator, nameOf(body?.name, 'name'));

const create: Use = async (orchestrator, { body }) =>
  operationToJson(operationView(await createOperation(orchestrator, createRequestOf(body))));

const getOrInspect: Use = async (orchestrator, { params }) => {
  const [target = '', verb] = splitVerb(String(params.target));
  const name = nameOf(target.includes('/') ? target : `operations/${target}`, 'name');
  switch (verb) {
    case undefined:
      return get(orchestrator, name);
    case 'inspect':
      return inspectOperation(orchestrator, name);
    default:
      throw new Failure('notFound', `There is no method :${verb} with GET.`);
  }
};

async function get({ store }: Orchestrator, name: OperationName): Promise<object> {
  const operation = await store.operation(name);
  if (!operation) throw new Failure('notFound', `${name} does not exist`);
  return operationToJson(operationView(operation));
}

/** `{id}:verb`, the custom methods of AIP-136. An id has no colon. */
function splitVerb(target: string): [string, string?] {
  const colon = target.lastIndexOf(':');
  return colon < 0 ? [target] : [target.slice(0, colon), target.slice(colon + 1)];
}

function nameOf(name: unknown, field: string): OperationName {
  if (typeof name !== 'string' || !isOperationName(name)) throw new InvalidInput(field, OPERATION_NAME_RULE);
  return name;
}
