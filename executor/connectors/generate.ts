import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../../shared/files/make-folder.ts';

/**
 * Writes `connectors.txt`, the table of Google's API methods that connectors call, from the npm package `googleapis`,
 * which Google generates from its discovery documents:
 *
 *     npm pack googleapis && tar xzf googleapis-*.tgz
 *     npx tsx executor/connectors/generate.ts package
 *
 * The package is 200 MB when unpacked, so it is not a dependency: the table is kept in the repository as data instead.
 * Its first lines name the version and the date that it comes from; `catalog.ts` describes the format.
 */
const [packageFolder] = process.argv.slice(2);
if (packageFolder === undefined) throw new Error('usage: generate.ts FOLDER_OF_THE_NPM_PACKAGE_GOOGLEAPIS');
const root = resolve(packageFolder);
const OUTPUT = fileURLToPath(new URL('connectors.txt', import.meta.url));

/** What a generated method passes to `createAPIRequest`. */
interface Captured {
  readonly options: { readonly url: string; readonly method?: string };
  readonly mediaUrl?: string;
  readonly requiredParams: readonly string[];
  readonly pathParams: readonly string[];
}

/** APIs that connectors do not reach: consumer and advertising products, and Google's own tools. */
const LEFT_OUT =
  /^(a(ccesscontext|cmedns|dmin$|lertcenter|gentidentity|gentregistry)|authorizedbuyers|businessprofile|cloud(commerce|numberregistry|productregistry|search$|shell$|channel)|datamanager|dataportability|discovery$|domainsrdap|drive(activity|labels)|fcmdata|ftp|genomics|groupssettings|homegraph|ideahub|ids$|indexing|jobs|keep|people|plus$|poly|publicca|script|testing|threatintelligence|toolresults|trafficdirector|vault|vectortile|webcontentpublisher|abusiveexperiencereport|acceleratedmobilepageurl|ad(exchange|mob|sense|sensehost|sensplatform|sensePlatform)|adexperiencereport|airquality|analytics|android|apim$|area120|blogger|books|chrome|civicinfo|classroom|content$|css$|customsearch|dfareporting|displayvideo|doubleclick|fact|fitness|games|groupsmigration|kgsearch|libraryagent|licensing|localservices|manufacturers|marketingplatform|merchantapi|mybusiness|p(agespeed|laycustomapp|layable|laydeveloper|laygrouping|layintegrity|ollen|ostmaster)|paymentsresellersubscription|prod_tt|readerrevenue|realtimebidding|reseller|s(afebrowsing|asportal|earchads|earchconsole|iteVerification|treetview|ubscribewithgoogle|urveys)|siteVerification|smartdevice|solar|tagmanager|travelimpact|versionhistory|verifiedaccess|walletobjects|webfonts|webmasters|webrisk|youtube)/;

/** Replaces the request function of the package's runtime, and records the request that the method would have sent. */
function stubRuntime(): void {
  const folder = join(root, 'node_modules', 'googleapis-common');
  makeFolder(folder);
  writeFileSync(join(folder, 'package.json'), '{"name":"googleapis-common","main":"index.js"}');
  writeFileSync(
    join(folder, 'index.js'),
    'exports.createAPIRequest = (parameters) => parameters;\nexports.AuthPlus = class {};\nexports.getAPI = () => undefined;\n',
  );
}

interface Method {
  readonly resource: string;
  line: string;
}

function methodsOf(api: string, version: string): { rootUrl: string; methods: Method[] } | undefined {
  const file = join(root, 'build/src/apis', api, `${version}.js`);
  const types = readFileSync(file.replace(/js$/, 'd.ts'), 'utf8');
  const module = createRequire(import.meta.url)(file) as Record<string, Record<string, unknown>>;
  const namespace = Object.values(module)[0] ?? {};
  const [, Client] =
    Object.entries(namespace).find(([name]) => !name.startsWith('Resource$') && /^[A-Z]/.test(name)) ?? [];
  if (typeof Client !== 'function') return undefined;
  const client = new (Client as new (options: object) => object)({});
  const methods: Method[] = [];
  let rootUrl = '';
  const walk = (owner: object, path: string): void => {
    for (const [name, value] of Object.entries(owner)) {
      if (name !== 'context' && typeof value === 'object' && value !== null)
        walk(value, path === '' ? name : `${path}.${name}`);
    }
    const prototype = Object.getPrototypeOf(owner) as Record<string, unknown>;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const method = prototype[name];
      if (name === 'constructor' || typeof method !== 'function') continue;
      const captured = method.call(owner, {}) as Captured;
      const url = new URL(captured.options.url.replaceAll('{', '%7B').replaceAll('}', '%7D'));
      rootUrl = url.origin;
      // The package writes the last part of these names with one capital: Params$Resource$Documents$Analyzeentities.
      const type = `${owner.constructor.name}$${name[0]?.toUpperCase()}${name.slice(1).toLowerCase()}`;
      methods.push({ resource: path, line: describe(name, captured, url, type, types, api, path) });
    }
  };
  walk(client, '');
  return { rootUrl, methods };
}

function describe(
  name: string,
  captured: Captured,
  url: URL,
  type: string,
  types: string,
  api: string,
  resource: string,
): string {
  const path = decodeURIComponent(url.pathname).slice(1);
  const parameters = parametersOf(type, types);
  const query = parameters
    .filter((parameter) => !captured.pathParams.includes(parameter) && parameter !== 'requestBody')
    .map((parameter) => (captured.requiredParams.includes(parameter) ? `${parameter}!` : parameter));
  const flags = [
    parameters.includes('requestBody') ? 'b' : '',
    captured.mediaUrl === undefined ? '' : 'm',
    pollingOf(name, type, types, api, resource),
  ].join('');
  return [name, captured.options.method ?? 'GET', path, flags || '-', query.join(',')].join(' ').trimEnd();
}

/** The names of the fields of `Params$…`. */
function parametersOf(type: string, types: string): string[] {
  const start = types.indexOf(`interface Params$${type} extends `);
  if (start < 0) return [];
  const body = types.slice(types.indexOf('{', start) + 1, types.indexOf('\n    }', start));
  return [...body.matchAll(/^ {8}'?([$\w.]+)'?\?: /gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => name !== 'auth' && name !== 'media');
}

/** How a connector waits for what the method starts: `o` google.longrunning, `s` an operation with a status. */
function pollingOf(name: string, type: string, types: string, api: string, resource: string): string {
  if (/(^|\.)(\w*[oO]perations)$/.test(resource)) return '';
  if (api === 'bigquery' && resource === 'jobs' && name === 'insert') return 'j';
  if (api === 'workflowexecutions' && name === 'create') return 'x';
  const signature = new RegExp(
    `params\\?: Params\\$${type.replaceAll('$', '\\$')}, options\\?: MethodOptions\\): Promise<GaxiosResponseWithHTTP2<Schema\\$(\\w+)>>`,
  ).exec(types);
  const schema = signature?.[1];
  if (schema === undefined) return '';
  const start = types.indexOf(`interface Schema$${schema} {`);
  const body = types.slice(start, types.indexOf('\n    }', start));
  const has = (field: string) => new RegExp(`^ {8}${field}\\?: `, 'm').test(body);
  if (has('done') && has('name') && (has('response') || has('error'))) return 'o';
  if (/Operation$/.test(schema) && has('status') && has('operationType') && has('selfLink')) return 's';
  return '';
}

/** Preview versions that connectors are documented for; of the others only stable versions are kept. */
const PREVIEWS: ReadonlySet<string> = new Set([
  'aiplatform v1beta1',
  'cloudtasks v2beta3',
  'compute beta',
  'container v1beta1',
  'dataflow v1b3',
  'language v1beta2',
  'sqladmin v1beta4',
  'translate v3beta1',
  'workflowexecutions v1beta',
  'workflows v1beta',
]);

/** Connectors whose API version has another name in the package. The paths are otherwise the same. */
const RENAMED: ReadonlyMap<string, string> = new Map([['integrations v1alpha', 'v1']]);

/** Query parameters of methods that are missing in their discovery documents. */
const UNLISTED: ReadonlyMap<string, string> = new Map([
  ['translate v2 translations translate', 'q,target,format,source,model'],
]);

/** Lists of query parameters that many methods share. Each is stored once under a short name. */
function internParameters(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  const queryOf = (line: string) => (line.startsWith(' ') ? (line.split(' ')[5] ?? '') : '');
  for (const line of lines) counts.set(queryOf(line), (counts.get(queryOf(line)) ?? 0) + 1);
  const shared = [...counts].filter(([query, count]) => query.length * count > 400 && count > 3);
  const names = new Map(shared.map(([query], at) => [query, `$${at}`]));
  const definitions = shared.map(([query], at) => `$${at} ${query}`);
  const shortened = lines.map((line) => {
    const name = names.get(queryOf(line));
    return name === undefined || !line.startsWith(' ') ? line : line.replace(/ [^ ]*$/, ` ${name}`);
  });
  return [...definitions, ...shortened];
}

function main(): void {
  stubRuntime();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const published = new Date().toISOString().slice(0, 10);
  const header = [
    `# Methods of Google's APIs, from the npm package googleapis ${version}, read on ${published} by generate.ts.`,
    '# $N: query parameters. api NAME VERSION ROOT_URL; a resource; its methods: NAME HTTP_METHOD PATH FLAGS QUERY (! required).',
    '# Flags: b has a body, m can upload media, o s j x waits for an operation (longrunning, status, BigQuery job, execution).',
  ];
  const lines: string[] = [];
  for (const api of readdirSync(join(root, 'build/src/apis')).sort()) {
    if (LEFT_OUT.test(api) || api.includes('.')) continue;
    for (const file of readdirSync(join(root, 'build/src/apis', api)).sort()) {
      if (!/^v\w*\.js$|^(alpha|beta)\.js$/.test(file)) continue;
      const name = file.slice(0, -3);
      const renamed = RENAMED.get(`${api} ${name}`);
      if (!/^v\d+$/.test(name) && !PREVIEWS.has(`${api} ${name}`) && renamed === undefined) continue;
      const found = methodsOf(api, name);
      if (found === undefined || found.methods.length === 0) continue;
      lines.push(`api ${api} ${renamed ?? name} ${found.rootUrl}`);
      let resource: string | undefined;
      for (const method of found.methods.sort((a, b) => (a.resource < b.resource ? -1 : 1))) {
        if (method.resource !== resource) lines.push(method.resource || '.');
        resource = method.resource;
        const unlisted = UNLISTED.get(`${api} ${name} ${resource} ${method.line.split(' ')[0]}`);
        if (unlisted !== undefined) method.line += ` ${unlisted}`;
        lines.push(
          ` ${renamed === undefined ? method.line : method.line.replace(` ${name}/`, ` ${renamed}/`)}`,
        );
      }
    }
  }
  const table = [...header, ...internParameters(lines)];
  writeFileSync(OUTPUT, `${table.join('\n')}\n`);
  console.log(`${OUTPUT}: ${table.length} lines`);
}

main();
