// Replaces parts of Google's client libraries in the bundle, so that a function loads less at its start. The build fails if a new
// version of a library lacks a replaced part.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const SPANNER = '@google-cloud\\/spanner\\/build\\/src';

/** Texts in files of the libraries, and their replacements. */
const TEXTS = [
  // This service is for requests without a generated client. The functions make no such requests, and its .proto files take 40 ms
  // to read.
  [`${SPANNER}\\/index\\.js`, /protoServices: \{\s*Operations: \{[^}]*\},\s*\}/, 'protoServices: {}'],
  // The paths of the .proto files that these services would read.
  [`${SPANNER}\\/common-grpc\\/service\\.js`, /require\.resolve\('google-gax'\)/, '__filename'],
  [
    `${SPANNER}\\/protos\\.js`,
    /require\.resolve\('@google-cloud\/spanner-api\/package\.json'\)/,
    '__filename',
  ],
];

/** @returns {import('esbuild').Plugin} */
export function clientLibraries() {
  return {
    name: 'client-libraries',
    setup(build) {
      for (const [file, text, replacement] of TEXTS) {
        build.onLoad({ filter: new RegExp(`${file}$`) }, async ({ path }) => {
          const source = await readFile(path, 'utf8');
          if (!text.test(source)) throw new Error(`${path} has no ${text} any more`);
          return { contents: withoutMappings(source.replace(text, replacement)) };
        });
      }
      // The client of Cloud Monitoring, for metrics of the Spanner client, which shared/spanner/database.ts turns off.
      build.onResolve({ filter: /^@google-cloud\/monitoring$/ }, ({ path }) => ({
        path,
        namespace: 'left-out',
      }));
      build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: `exports.MetricServiceClient = class { constructor() { throw new Error('${path} is not in the bundle'); } };`,
      }));
      build.onLoad({ filter: /@google-cloud\/[\w-]+\/build\/protos\/protos\.js$/ }, ({ path }) => ({
        contents: asJsonText(enumsOf(require(path))),
      }));
      build.onLoad({ filter: /google-gax\/build\/protos\/\w+\.js$/ }, async ({ path, suffix }) => ({
        contents:
          suffix === '' ? whenRead('google', `${path}${NOW}`) : withoutMappings(await readFile(path, 'utf8')),
      }));
      build.onLoad({ filter: /@google-cloud\/spanner-api\/build\/protos\/protos\.json$/ }, ({ path }) => ({
        contents: asJsonText(dataOfSpanner(require(path))),
      }));
      // V8 parses JSON faster than the same data as code, and only when the data is needed. JSON is not in the code cache.
      build.onLoad({ filter: /\.json$/ }, ({ path }) => ({ contents: asJsonText(require(path)) }));
      build.onLoad({ filter: /node_modules.*\.[cm]?js$/ }, async ({ path }) => ({
        contents: withoutMappings(await readFile(path, 'utf8')),
      }));
    },
  };
}

/**
 * The static messages of a client library are a megabyte of code. The libraries use only the enums, because they read and write
 * messages by protos.json. The replacement keeps what is nested in a message, and no constructor.
 */
function enumsOf(value) {
  const entries = Object.keys(value).flatMap((key) => {
    const member = value[key];
    if (isEnum(member)) return [[key, bothWays(member)]];
    if (member === null || !['object', 'function'].includes(typeof member)) return [];
    const nested = enumsOf(member);
    return Object.keys(nested).length > 0 ? [[key, nested]] : [];
  });
  return Object.fromEntries(entries);
}

function isEnum(value) {
  if (typeof value !== 'object' || value === null) return false;
  const numbers = Object.values(value);
  return numbers.length > 0 && numbers.every(Number.isInteger);
}

function bothWays(members) {
  const names = Object.entries(members).map(([name, number]) => [number, name]);
  return { ...Object.fromEntries(names), ...members };
}

const NOW = '?now';

/** Returns a module with one export. Reading the export runs the module at `path`. */
function whenRead(name, path) {
  return `Object.defineProperty(exports, '${name}', { enumerable: true, get: () => require(${JSON.stringify(path)}).${name} });`;
}

/**
 * The messages for rows and transactions. The messages for the administration of instances and databases are four times as large
 * and take 60 ms to load.
 */
function dataOfSpanner(protos) {
  const { spanner, protobuf, rpc } = protos.nested.google.nested;
  const { v1 } = spanner.nested;
  if (!v1.nested.PartialResultSet || !rpc.nested.Status)
    throw new Error('protos.json of Spanner has another form');
  const wellKnown = [
    'Any',
    'Duration',
    'Empty',
    'FieldMask',
    'ListValue',
    'NullValue',
    'Struct',
    'Timestamp',
    'Value',
  ];
  const types = Object.fromEntries(wellKnown.map((name) => [name, protobuf.nested[name]]));
  const nested = { spanner: { nested: { v1 } }, protobuf: { nested: types }, rpc };
  return { nested: { google: { nested } } };
}

function asJsonText(value) {
  return `module.exports = JSON.parse(${JSON.stringify(JSON.stringify(value))});`;
}

/** The source map has no mappings for packages, because one stack trace would have to read 30 MB of them. */
function withoutMappings(source) {
  const map = { version: 3, sources: [''], mappings: 'A' };
  return `${source}\n//# sourceMappingURL=data:application/json;base64,${btoa(JSON.stringify(map))}`;
}
