/** A method of the API over HTTP: its path, its parameters, and its answer. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Action, Caller } from '../../access/access.ts';
import { messageFromJson } from '../../messages/json.ts';
import type { JsonObject, JsonValue } from '../../messages/json-value.ts';
import { messageType } from '../../messages/registry.ts';
import type { Condition } from '../../orchestrator/condition.ts';
import type { Orchestrator } from '../../orchestrator/orchestrator.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import type { Subject } from '../gate.ts';
import type { Query } from '../http-query.ts';
import type { ApiSettings } from '../settings.ts';

export interface ApiCall {
  readonly orchestrator: Orchestrator;
  readonly settings: ApiSettings;
  /** The operation that the path names, not checked. Empty where the path names none. */
  readonly name: string;
  readonly caller: Caller;
  /** Limits a call about many operations to those that the caller may access. Every condition of such a call must include it. */
  readonly visible: Condition;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  /** undefined where the request has none. */
  readonly body: JsonValue | undefined;
  /** The request id or event id of a call whose body has none: the same where the call is run a second time. */
  readonly callId: string;
  /** Aborted when the client has gone away. */
  readonly signal: AbortSignal;
  /** Whether the answer is for a console, which shows no payload that the redaction names. */
  readonly isConsole: boolean;
}

export type HttpMethod = 'GET' | 'POST' | 'DELETE';

interface MethodHeader {
  readonly http: HttpMethod;
  /**
   * As openapi.json has it: a fixed path, or `/v1/operations/{operation}` with a verb (`:cancel`) or a part
   * (`/children`) behind it.
   */
  readonly path: string;
  /** The action that the caller needs. Default: `read` for GET, and `act` for other methods. */
  readonly action?: Action;
  /** The subject of the call. Default: the operation in the path, or many operations if the path names none. */
  subject?(call: Pick<ApiCall, 'body' | 'orchestrator'>): Subject;
  /** Whether the method authorizes each item of its body itself: the call as a whole is then open to every caller. */
  readonly authorizesItems?: true;
  /** Whether a call is one decision about one operation and is idempotent: the host may run it ahead of the disk. */
  readonly changesOne?: true;
  /** The query parameters that it takes beside those of every method. */
  readonly parameters?: readonly string[];
}

/** A method with one answer. */
export interface AnsweringMethod extends MethodHeader {
  answer(call: ApiCall): Promise<JsonObject>;
}

/** A method that writes its answer itself, piece by piece. An error before the first piece is answered as JSON. */
export interface StreamingMethod extends MethodHeader {
  stream(call: ApiCall, response: ServerResponse): Promise<void>;
}

export type ApiMethod = AnsweringMethod | StreamingMethod;

export const ON_OPERATION = '/v1/operations/{operation}';

/** A request message of google.longrunning from a body; without a body, the empty one. */
export function requestOf(type: string, body: JsonValue | undefined): Record<string, unknown> {
  return messageFromJson(messageType(`google.longrunning.${type}`), body === undefined ? {} : body);
}

/** The name is in the path; a body that gives another one is a mistake. */
export function requireSameName({ name }: Readonly<Record<string, unknown>>, path: string): void {
  if (name && name !== path) throw new InvalidInput('name', 'must be the one in the path, or absent');
}
