/**
 * The output formats of gcloud that deploy.sh and the doctor use: https://cloud.google.com/sdk/gcloud/reference/topic/formats.
 * test/deploy/real-gcloud-answers.test.ts compares it with the installed gcloud.
 */
import type { Json, JsonObject } from './json.ts';

/** Prints the resources as `--format` and `--flatten` say. */
export function formatted(
  resources: readonly Json[],
  format: string | undefined,
  flatten: string | undefined,
): string {
  if (format === 'json')
    return `${JSON.stringify(resources.length === 1 ? resources[0] : resources, null, 2)}\n`;
  const columns = /^value\((.*)\)$/s.exec(format ?? '')?.[1];
  if (columns === undefined) return resources.map((each) => `${JSON.stringify(each)}\n`).join('');
  const keys = splitColumns(columns);
  const rows = flatten ? resources.flatMap((each) => flattened(each, pathOf(flatten))) : resources;
  return rows.map((each) => `${keys.map((key) => cell(each, key)).join('\t')}\n`).join('');
}

/** Splits at the commas outside of parentheses and quotes. */
function splitColumns(text: string): readonly string[] {
  return text.match(/(?:"[^"]*"|\([^)]*\)|[^,])+/g) ?? [];
}

/** `a."b.c".d()`: the keys, then the transform. */
function pathOf(key: string): readonly string[] {
  return (key.replace(/\[\]/g, '').match(/"[^"]*"|[^.]+/g) ?? []).map((part) => part.replaceAll('"', ''));
}

function cell(resource: Json, key: string): string {
  const transform = /\.(basename|list|flatten)\(\)$/.exec(key)?.[1];
  const value = valueAt(resource, pathOf(transform ? key.slice(0, -transform.length - 3) : key));
  if (value === undefined || value === null) return '';
  if (transform === 'basename') return String(value).split('/').at(-1) ?? '';
  if (transform === 'list') return Array.isArray(value) ? value.join(',') : String(value);
  if (transform === 'flatten') return [value].flat(9).join(',');
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return Array.isArray(value) ? value.join(';') : String(value);
}

function valueAt(resource: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), resource);
}

/** One row for each element of the list at the path, with every list on the way reduced to one element. */
function flattened(resource: Json, path: readonly string[]): readonly Json[] {
  const [key, ...rest] = path;
  if (key === undefined) return [resource];
  const value = valueAt(resource, [key]);
  const elements = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return elements.flatMap((element) =>
    flattened(element, rest).map((each) => ({ ...(resource as object), [key]: each }) as Json),
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
