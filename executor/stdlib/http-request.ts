import { typeError, valueError } from '../errors/raised.ts';
import { scalarText } from '../expression/operators.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { isBytes, isList, isMap, isNumeric, typeName, type Value, type ValueMap } from '../values/value.ts';
import { mapArgument, textArgument } from './arguments.ts';
import { urlEncode } from './url-encoding.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
}

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];
const FORM = 'application/x-www-form-urlencoded';
const USER_AGENT = 'GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)';

/** @throws TypeError and ValueError for arguments that can't be sent */
export function httpRequest(
  method: string,
  url: Value,
  headers: Value,
  body: Value,
  query: Value,
): HttpRequest {
  if (!METHODS.includes(method)) throw valueError(`HTTP method '${method}' is not supported`);
  const head = requestHeaders(headers);
  const content = body === null ? undefined : requestBody(body, head);
  if (content !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw valueError(
      `a ${method} request can't have a body here: the HTTP client of Node refuses to send one`,
    );
  }
  return { method, url: requestUrl(textArgument('url', url), query), headers: head, body: content };
}

function requestUrl(text: string, query: Value): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw valueError(`'${text}' is not a URL`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw valueError(`'${text}' is neither an http nor an https URL`);
  }
  if (query === null) return url.href;
  const given = formText('query', mapArgument('query', query));
  url.search = [url.search.slice(1), given].filter((part) => part !== '').join('&');
  return url.href;
}

/** `name=value` pairs, percent-encoded; a list gives a pair for each element. */
function formText(argument: string, fields: ValueMap): string {
  const pairs: string[] = [];
  for (const [name, value] of fields) {
    for (const item of isList(value) ? value : [value]) {
      pairs.push(`${urlEncode(name)}=${urlEncode(scalar(argument, item))}`);
    }
  }
  return pairs.join('&');
}

/** Headers as given; the product's own User-Agent is appended to a given one ("Make an HTTP request"). */
function requestHeaders(given: Value): Headers {
  const headers = new Headers();
  for (const [name, value] of given === null ? [] : mapArgument('headers', given)) {
    try {
      headers.append(name, scalar('headers', value));
    } catch (error) {
      if (error instanceof TypeError) throw valueError(`header '${name}' can't be sent: ${error.message}`);
      throw error;
    }
  }
  const agent = headers.get('user-agent');
  headers.set('user-agent', agent === null ? USER_AGENT : `${agent} ${USER_AGENT}`);
  return headers;
}

function scalar(argument: string, value: Value): string {
  if (typeof value === 'string') return value;
  if (isNumeric(value) || typeof value === 'boolean') return scalarText(value);
  throw typeError(`a value of '${argument}' must be text, a number or a boolean; got: ${typeName(value)}`);
}

/**
 * Without a Content-Type, bytes go as they are and anything else, text included, as JSON. With one, JSON types need a
 * map or a list, text types a string, forms a string that is encoded already or a map; other types take bytes only.
 */
function requestBody(body: Value, headers: Headers): string | Uint8Array<ArrayBuffer> {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined) {
    headers.set(
      'content-type',
      isBytes(body) ? 'application/octet-stream' : 'application/json; charset=utf-8',
    );
  }
  if (isBytes(body)) return new Uint8Array(body);
  if (type === undefined) return encodeJson(body);
  if (type === 'application/json' || type.endsWith('+json')) {
    if (isMap(body) || isList(body)) return encodeJson(body);
    throw typeError(`the body of a request of type ${type} must be a map or a list; got: ${typeName(body)}`);
  }
  if (type === FORM && isMap(body)) return formText('body', body);
  if (type.startsWith('text/') || type === FORM) {
    if (typeof body === 'string') return body;
    throw typeError(`the body of a request of type ${type} must be a string; got: ${typeName(body)}`);
  }
  throw typeError(`a body of type ${typeName(body)} can't be sent as ${type}: only bytes can`);
}
