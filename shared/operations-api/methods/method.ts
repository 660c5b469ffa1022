/** A method of the API over HTTP: its path, its parameters, and its answer. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Action, Caller } from '../../access/access.ts';
import type { CallerGone } from '../../http/caller-gone.ts';
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
  /** undefined if the request has none. */
  readonly body: JsonValue | undefined;
  /** The request id or event id of a call whose body has none. It is the same if the call runs a second time. */
  readonly callId: string;
  readonly gone: CallerGone;
  /** Whether the answer is for a console, which must not show redacted payloads. */
  readonly isConsole: boolean;
}

export type HttpMethod = 'GET' | 'POST' | 'DELETE';

interface MethodHeader {
  readonly http: HttpMethod;
  /**
   * The path as in openapi.json: a fixed path, or `/v1/operations/{operation}` followed by a verb (`:cancel`) or a collection
   * (`/children`).
   */
  readonly path: string;
  /** The action that the caller needs. Default: `read` for GET, and `act` for other methods. */
  readonly action?: Action;
  /** The subject of the call. Default: the operation in the path, or many operations if the path names none. */
  subject?(call: Pick<ApiCall, 'body' | 'orchestrator'>): Subject;
  /** Whether the method itself authorizes each item of its body. Every caller may then make the call as a whole. */
  readonly authorizesItems?: true;
  /** Whether a call is one decision about one operation and is idempotent: the host may run it ahead of the disk. */
  readonly changesOne?: true;
  /** The query parameters of the method, besides the system parameters. */
  readonly parameters?: readonly string[];
}

/** A method with one answer. */
export interface AnsweringMethod extends MethodHeader {
  answer(call: ApiCall): Promise<JsonObject>;
}

/** A method that writes its answer itself, in pieces. An error before the first piece is answered in JSON. */
export interface StreamingMethod extends MethodHeader {
  stream(call: ApiCall, response: ServerResponse): Promise<void>;
}

export type ApiMethod = AnsweringMethod | StreamingMethod;

export const ON_OPERATION = '/v1/operations/{operation}';

/** Reads a request message of google.longrunning from the body. Without a body, the message is empty. */
export function requestOf(type: string, body: JsonValue | undefined): Record<string, unknown> {
  return messageFromJson(messageType(`google.longrunning.${type}`), body === undefined ? {} : body);
}

/** The path has the name. A body with a different name is refused. */
export function requireSameName({ name }: Readonly<Record<string, unknown>>, path: string): void {
  if (name && name !== path) throw new InvalidInput('name', 'must be the one in the path, or absent');
}
