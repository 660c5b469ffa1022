/** Requests that no client should send. */
import fc from 'fast-check';
import { sample } from './filtered-operations.ts';

export interface HostileCall {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const words = (text: string) => text.split(' ');

const ODD_IDS = [
  ...words(
    '. .. ../.. %00 % %zz %ff %252e%252e %252F \\ : :: :cancel:wait operations operations/known known',
  ),
  ...words('constructor __proto__ toString -1 NaN {{7*7}} @p0 ?1 <script> 💥 \u0000 \ud800'),
  ...['', "' OR '1'='1", '"; DROP TABLE operations; --', '\r\nX-Injected: 1'],
];

const hostileText = fc.oneof(
  fc.constantFrom(...ODD_IDS),
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constant('a'.repeat(6_000)),
);

/** As a client may put it on the wire: encoded once, twice, or not where the wire takes it. */
const onTheWire = fc.tuple(hostileText, fc.nat(2)).map(([text, times]) => {
  const wellFormed = Buffer.from(text).toString();
  if (times === 0) return wellFormed.replace(/[^!-~]/g, '');
  return times === 1 ? encodeURIComponent(wellFormed) : encodeURIComponent(encodeURIComponent(wellFormed));
});

const path = fc.oneof(
  onTheWire.map((text) => `/${text}`),
  fc
    .tuple(onTheWire, fc.constantFrom('', ':cancel', ':wait', ':inspect', ':', ':nothing'))
    .map(([id, verb]) => `/v1/operations/${id}${verb}`),
  fc.constantFrom(
    ...words('/v1/operations /v1/operations/ /v1/operations/known /v1/operations/known:wait /openapi.json'),
    ...words('/google.longrunning.Operations/GetOperation /v1/operations/.. /v1/operations/%2e%2e/x // /. *'),
  ),
);

const parameterName = fc.oneof(
  fc.constantFrom(...words('filter pageSize pageToken name fields $alt prettyPrint callback')),
  onTheWire,
);
const search = fc
  .array(
    fc.tuple(parameterName, onTheWire).map(([name, value]) => `${name}=${value}`),
    { maxLength: 3 },
  )
  .map((all) => (all.length > 0 ? `?${all.join('&')}` : ''));

const fieldName = fc.constantFrom(
  ...words('name timeout operationId requestId method parent metadata labels ttl @type'),
);
const fieldValue = fc.oneof(
  hostileText,
  fc.jsonValue(),
  fc.constantFrom(...words('5s -5s 1e9s 999999999999999s')),
);
const body = fc.oneof(
  fc.constant(undefined),
  fc.json(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.dictionary(fieldName, fieldValue).map((fields) => JSON.stringify(fields)),
);

const headers = fc.constantFrom<HostileCall['headers']>(
  {},
  { 'content-type': 'application/json' },
  { 'content-type': 'text/xml' },
  { 'content-type': 'a;b;c=' },
  { 'content-type': 'application/json; charset=utf-7' },
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'br' },
  { 'x-http-method-override': 'DELETE', expect: '100-continue', accept: 'x/y', range: 'bytes=1-2' },
);

const method = fc.constantFrom(
  ...words('GET GET POST POST DELETE HEAD OPTIONS PUT PATCH TRACE PROPFIND LOCK'),
);

export const hostileCall: fc.Arbitrary<HostileCall> = fc
  .record({ method, at: path, search, headers, body })
  .map((call) => {
    const bodied = ['POST', 'PUT', 'PATCH'].includes(call.method);
    // What is longer Node's own parser refuses.
    const wire = { method: call.method, path: (call.at + call.search).slice(0, 14_000) };
    return bodied ? { ...wire, headers: call.headers, body: call.body } : { ...wire, headers: {} };
  });

/** Filters that are right, that were broken at some place, and that have the right words in any order. */
export const hostileFilter = fc.oneof(
  hostileText,
  sample.map(({ text }) => text),
  fc.tuple(sample, fc.nat(), hostileText).map(([{ text }, at, inserted]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + inserted + text.slice(place);
  }),
  fc
    .array(fc.constantFrom(...words('( ) AND OR NOT - state = != " \' . : * labels \\ done true')))
    .map((all) => all.join(' ')),
);
