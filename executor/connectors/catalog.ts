import { readFileSync } from 'node:fs';
import { nearest } from '../source/suggestion.ts';
import type { FunctionParameter } from '../stdlib/function.ts';
import type { Connector, ConnectorMethod, Polling } from './connector.ts';
import { connectorHelpers } from './helpers.ts';

const POLLING: ReadonlyMap<string, Polling> = new Map([
  ['o', 'operation'],
  ['s', 'status'],
  ['j', 'job'],
  ['x', 'execution'],
]);

/**
 * All connectors. The methods are in `connectors.txt`, which `generate.ts` writes. The file is read when the first connector is
 * looked up, and searched as text, so that a workflow pays only for the connectors that it calls.
 */
export class ConnectorCatalog {
  readonly #found = new Map<string, Connector | undefined>();
  #table: string | undefined;

  /** Whether a name has the form of a connector name, even if no such connector exists. */
  static isConnectorName(name: string): boolean {
    return /^(googleapis|gke)(\.[A-Za-z0-9_]+)+$/.test(name);
  }

  find(name: string): Connector | undefined {
    if (!ConnectorCatalog.isConnectorName(name)) return undefined;
    if (!this.#found.has(name)) this.#found.set(name, connectorHelpers.get(name) ?? this.#method(name));
    return this.#found.get(name);
  }

  /** The end of an error message about a connector that does not exist. */
  hint(name: string): string {
    const [root, api = '', version = '', ...rest] = name.split('.');
    if (root === 'gke') return meant(nearest(name, helperNames('gke.')) ?? 'gke.request');
    const versions = this.#versions();
    const known = versions.get(api);
    if (known === undefined) {
      const nearApi = nearest(api, versions.keys());
      return nearApi === undefined
        ? `: no API '${api}' is known`
        : meant(['googleapis', nearApi, version, ...rest].join('.'));
    }
    if (!known.includes(version)) return `: '${api}' has ${known.join(', ')}`;
    const section = this.#section(api, version);
    const prefix = `googleapis.${api}.${version}.`;
    const names = [...methodNames(section).map((method) => prefix + method), ...helperNames(prefix)];
    const last = `.${rest.at(-1)}`;
    const sameEnd = nearest(
      name,
      names.filter((other) => other.endsWith(last)),
    );
    const near =
      sameEnd ??
      nearest(name, names) ??
      names.find((other) => other.endsWith(`.${rest.slice(-2).join('.')}`));
    return near === undefined ? '' : meant(near);
  }

  #method(name: string): ConnectorMethod | undefined {
    const [, api = '', version = '', ...rest] = name.split('.');
    const method = rest.pop();
    if (method === undefined) return undefined;
    const section = this.#section(api, version);
    const resource = rest.join('.') || '.';
    const start = section.indexOf(`\n${resource}\n`);
    if (start < 0) return undefined;
    const end = /\n(?! )/g;
    end.lastIndex = start + resource.length + 2;
    const methods = section.slice(start + resource.length + 1, end.exec(section)?.index);
    const at = methods.indexOf(`\n ${method} `);
    if (at < 0) return undefined;
    const line = methods.slice(
      at + 2,
      methods.indexOf('\n', at + 1) < 0 ? undefined : methods.indexOf('\n', at + 1),
    );
    const rootUrl = section.slice(
      section.lastIndexOf(' ', section.indexOf('\n', 1)) + 1,
      section.indexOf('\n', 1),
    );
    return this.#read(name, api, rootUrl, line, section);
  }

  #read(name: string, api: string, rootUrl: string, line: string, section: string): ConnectorMethod {
    const [, httpMethod = 'GET', path = '', flags = '', query = ''] = line.split(' ');
    const inPath = [...path.matchAll(/\{\+?([^}]+)\}/g)].map(
      (match): FunctionParameter => ({ name: match[1] ?? '' }),
    );
    const inQuery = this.#parameters(query).map((parameter): FunctionParameter => {
      return parameter.endsWith('!') ? { name: parameter.slice(0, -1) } : { name: parameter, fallback: null };
    });
    const required = inQuery.filter(({ fallback }) => fallback === undefined);
    const optional = inQuery.filter(({ fallback }) => fallback !== undefined);
    const body: FunctionParameter[] = flags.includes('b') ? [{ name: 'body', fallback: null }] : [];
    const polling = [...flags].map((flag) => POLLING.get(flag)).find((kind) => kind !== undefined);
    const operationPath = polling === 'operation' ? operationPathOf(section) : undefined;
    return {
      kind: 'method',
      name,
      api,
      httpMethod,
      rootUrl,
      path,
      parameters: [...inPath, ...required, ...body, ...optional],
      hasBody: flags.includes('b'),
      mediaUpload: flags.includes('m'),
      ...(polling && { polling }),
      ...(operationPath && { operationPath }),
    };
  }

  /** The query parameters of a method. `$N` stands for a list that many methods share. */
  #parameters(query: string): string[] {
    if (query === '') return [];
    if (!/^\$\d+$/.test(query)) return query.split(',');
    const table = this.#text();
    const start = table.indexOf(`\n${query} `) + query.length + 2;
    return table.slice(start, table.indexOf('\n', start)).split(',');
  }

  /** Returns the lines of one version of an API. Empty if the version does not exist. */
  #section(api: string, version: string): string {
    const table = this.#text();
    const start = table.indexOf(`\napi ${api} ${version} `);
    if (start < 0) return '';
    const end = table.indexOf('\napi ', start + 1);
    return table.slice(start, end < 0 ? undefined : end + 1);
  }

  #versions(): Map<string, string[]> {
    const versions = new Map<string, string[]>();
    for (const [, api = '', version = ''] of this.#text().matchAll(/^api (\S+) (\S+) /gm)) {
      versions.set(api, [...(versions.get(api) ?? []), version]);
    }
    return versions;
  }

  #text(): string {
    this.#table ??= readFileSync(new URL('connectors.txt', import.meta.url), 'utf8');
    return this.#table;
  }
}

const READS_OPERATION = /^(?:.*\.)?\w*[oO]perations\n(?: .*\n)*? get GET (\S+\/\{\+?name\})(?= )/gm;

/**
 * The path template by which an API reads an operation, such as `v1/{+name}`. An API may have several; the shortest takes
 * the names that begin with `projects/`.
 */
function operationPathOf(section: string): string | undefined {
  const paths = [...section.matchAll(READS_OPERATION)].map(([, path = '']) => path);
  return paths.toSorted((a, b) => a.length - b.length)[0];
}

function methodNames(section: string): string[] {
  const names: string[] = [];
  let resource = '';
  for (const line of section.split('\n').slice(2)) {
    if (line.startsWith(' ')) names.push(resource + line.slice(1, line.indexOf(' ', 1)));
    else resource = line === '.' ? '' : `${line}.`;
  }
  return names;
}

function helperNames(prefix: string): string[] {
  return [...connectorHelpers.keys()].filter((name) => name.startsWith(prefix));
}

function meant(name: string): string {
  return `: did you mean '${name}'?`;
}
