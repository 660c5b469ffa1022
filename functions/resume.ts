/** Ends a wait and resumes its operation: called by the workflow, or by a service that ends a wait early. */
import * as v from 'valibot';
import { arrayOf, integer, ruleOf, strictObject } from '../shared/http/body-fields.ts';
import { isOperationName, type OperationName, operationName } from '../shared/lifecycle/operation-name.ts';
import { foreignResult } from '../shared/messages/foreign-result.ts';
import type { JsonValue } from '../shared/messages/json-value.ts';
import { MAX_CHILDREN } from '../shared/messages/limits.ts';
import { validated } from '../shared/messages/validated.ts';
import { InvalidInput } from '../shared/orchestrator/ports/failure.ts';
import {
  type ReportedChild,
  type ResumeRequest,
  resumeOperation,
} from '../shared/orchestrator/resume-operation.ts';
import { serverSpan } from '../shared/telemetry/server-span.ts';
import type { CallerCheck } from './caller-check.ts';
import type { Deployment } from './deployment.ts';
import { postFunction } from './post-function.ts';

/** The header of a call that names the operation. */
export const OPERATION_HEADER = 'x-alis-operation-id';

const MAX_WAIT_ID_LENGTH = 256;

const OUTCOMES = ['PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND'] as const;

const json = v.custom<JsonValue>(() => true);

const child = strictObject({
  key: v.string(),
  outcome: v.picklist(OUTCOMES, `must be one of ${OUTCOMES.join(', ')}`),
  /** What the other service returned besides the outcome, if it was not too large. */
  response: v.optional(json),
  error: v.optional(json),
  /** The HTTP status of a poll that failed, or 0 if there was no answer. */
  pollStatus: v.optional(integer),
});

const data = strictObject({
  /** Asks whether the wait is over, instead of ending it. */
  ifDue: v.optional(v.boolean(), false),
  /** The outcomes of children of other services that the workflow polled. */
  children: v.optional(arrayOf(child, MAX_CHILDREN), []),
});

const WAIT_ID_RULE = `must be text of 1 to ${MAX_WAIT_ID_LENGTH} characters`;

/**
 * Unknown fields are refused: without `ifDue` the call ends the wait, so a misspelt field must not count as an absent one.
 */
const resumeBody = strictObject({
  waitId: v.optional(
    v.pipe(v.string(), v.minLength(1, WAIT_ID_RULE), v.maxLength(MAX_WAIT_ID_LENGTH, WAIT_ID_RULE)),
  ),
  data: v.optional(data, {}),
});

/** Returns the function `resume`. Without `callers`, every caller that reaches it may end a wait. */
export function resume(deployment: () => Promise<Deployment>, callers?: CallerCheck) {
  return postFunction(
    async ({ request, body }) => {
      const resumeRequest = resumeRequestOf(request.get(OPERATION_HEADER), body);
      const { orchestrator } = await deployment();
      return orchestrator.telemetry.span('POST /resume', serverSpan(request.headers), () =>
        resumeOperation(orchestrator, resumeRequest),
      );
    },
    { callers, log: async () => (await deployment()).orchestrator.log },
  );
}

/** Returns what a call asks for. `header` is that of the operation. @throws InvalidInput */
export function resumeRequestOf(header: string | undefined, body: JsonValue | undefined): ResumeRequest {
  const operation = operationOf(header);
  const { waitId, data } = validated(resumeBody, body === undefined ? {} : body, 'body', ruleOf);
  return { operation, waitId, ifDue: data.ifDue, outcomes: data.children.map(reportedChild) };
}

function reportedChild({
  key,
  outcome,
  response,
  error,
  pollStatus,
}: v.InferOutput<typeof child>): ReportedChild {
  return { key, outcome, result: foreignResult({ response, error }), pollStatus };
}

function operationOf(header: string | undefined): OperationName {
  if (!header) throw new InvalidInput(OPERATION_HEADER, 'is a required header');
  const operation = header.startsWith('operations/') ? header : operationName(header);
  if (!isOperationName(operation)) throw new InvalidInput(OPERATION_HEADER, 'must be the id of an operation');
  return operation;
}
