/** Ends a wait and resumes its operation: called by the workflow, or by whoever may vouch for what it waits for. */
import type { Request, Response } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { isOperationName, operationName } from '../shared/lifecycle/operation-name.ts';
import { errorResponse } from '../shared/operations-api/http-error.ts';
import { InvalidInput } from '../shared/orchestrator/failure.ts';
import { type ResumeRequest, resumeOperation } from '../shared/orchestrator/resume-operation.ts';
import type { Deployment } from './deployment.ts';

const HEADER = 'x-alis-operation-id';

const body = z.object({
  waitId: z.string().min(1).max(256).optional(),
  data: z
    .object({
      /** The workflow asks whether the wait is over, instead of ending it. */
      ifDue: z.boolean().default(false),
      /** What became of children of other services, as the workflow's polls saw it. */
      children: z
        .array(
          z.object({ key: z.string(), outcome: z.enum(['SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND']) }),
        )
        .max(10_000)
        .default([]),
    })
    .prefault({}),
});

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
  const parsed = body.safeParse(request.body ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InvalidInput(issue?.path.join('.') || 'body', issue?.message ?? 'is invalid');
  }
  const { waitId, data } = parsed.data;
  return { operation, waitId, ifDue: data.ifDue, outcomes: data.children };
}
