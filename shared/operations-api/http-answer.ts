import type { ServerResponse } from 'node:http';
import { sendJson } from '../http/json-answer.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { type FieldMask, masked, parseFieldMask } from './field-mask.ts';
import { booleanParameter, type Query } from './http-query.ts';

/** The format of the answer, from the system parameters of Google's APIs. */
export interface AnswerForm {
  readonly fields?: FieldMask;
  readonly pretty: boolean;
}

const PLAIN: AnswerForm = { fields: undefined, pretty: false };

/**
 * Clients that are generated from .proto files ask for this format. It makes no difference, because answers have no enums outside
 * of their Anys.
 */
const JSON_FORMS = ['json', 'json;enum-encoding=int'];

export function answerForm(query: Query): AnswerForm {
  if (query.size === 0) return PLAIN;
  for (const name of ['$alt', 'alt']) {
    const form = query.get(name);
    if (form && !JSON_FORMS.includes(form))
      throw new InvalidInput(name, `must be ${JSON_FORMS.join(' or ')}`);
  }
  const fields = query.get('$fields') || query.get('fields');
  const pretty = booleanParameter(query, '$prettyPrint') ?? booleanParameter(query, 'prettyPrint') ?? false;
  return { fields: fields ? parseFieldMask(fields) : undefined, pretty };
}

export function sendAnswer(
  response: ServerResponse,
  answer: JsonObject,
  { fields, pretty }: AnswerForm,
): void {
  const json = fields ? masked(answer, fields) : answer;
  sendJson(response, JSON.stringify(json, undefined, pretty ? 2 : undefined));
}
