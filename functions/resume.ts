/** Ends a wait and resumes its operation: called by the workflow, or by whoever may vouch for what it waits for. */
import type { Request, Response } from '@google-cloud/functions-framework';
import * as v from 'valibot';
import { isOperationName, operationName } from '../shared/lifecycle/operation-name.ts';
import { validated } from '../shared/messages/validated.ts';
import { errorResponse } from '../shared/operations-api/http-error.ts';
import { InvalidInput } from '../shared/orchestrator/ports/failure.ts';
import { type ResumeRequest, resumeOperation } from '../shared/orchestrator/resume-operation.ts';
import type { Deployment } from './deployment.ts';

const HEADER = 'x-alis-operation-id';

const MAX_WAIT_ID_LENGTH = 256;
const MAX_CHILDREN = 10_000;

const child = v.object({
  key: v.string('must be a string'),
  outcome: v.picklist(['SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND']),
});

const body = v.object(
  {
    waitId: v.optional(v.pipe(v.string('must be a string'), v.minLength(1), v.maxLength(MAX_WAIT_ID_LENGTH))),
    data: v.optional(
      v.object(
        {
          /** The workflow asks whether the wait is over, instead of ending it. */
          ifDue: v.optional(v.boolean('must be true or false'), false),
          /** What became of children of other services, as the workflow's polls saw it. */
          children: v.optional(v.pipe(v.array(child), v.maxLength(MAX_CHILDREN)), []),
        },
        'must be a JSON object',
      ),
      {},
    ),
  },
  'must be a JSON object',
);

export function resume(deployment: () => Promise<Deployment>) {
  return async (request: Request, response: Response): Promise<void> => {
    try {
      const { orchestrator } = await deployment();
      response.json(await resumeOperation(orchestrator, resumeRequestOf(request)));
    } catch (error) {
      errorResponse(response, error);
    }
  };
}

function resumeRequestOf(request: Request): ResumeRequest {
  if (request.method !== 'POST') throw new InvalidInput('method', 'must be POST');
  const id = request.get(HEADER);
  if (!id) throw new InvalidInput(HEADER, 'is a required header');
  const operation = id.startsWith('operations/') ? id : operationName(id);
  if (!isOperationName(operation)) throw new InvalidInput(HEADER, 'must be the id of an operation');
  const { waitId, data } = validated(body, request.body ?? {}, 'body');
  return { operation, waitId, ifDue: data.ifDue, outcomes: data.children };
}
