/**
 * Makes partial answers, by the system parameter `fields`: `name,done` or `operations(name,error/code),nextPageToken`
 * (https://cloud.google.com/apis/docs/system-parameters). An unknown field is ignored and not refused, because the fields of an
 * Any are only known once its type is known.
 *
 *     list = item {"," item}
 *     item = name [("/" | ".") item | "(" list ")"]
 */
import { isJsonObject, type JsonValue } from '../messages/json-value.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** A tree of the fields to keep. A leaf keeps the whole field. */
export type FieldMask = readonly (readonly string[])[];

const EVERY_FIELD = '*';
const MAX_LENGTH = 2_048;
const MAX_DEPTH = 16;

export function parseFieldMask(text: string): FieldMask {
  const words = text.match(/[^,()/.]+|[,()/.]/g) ?? [];
  if (text.length > MAX_LENGTH || /\s/.test(text)) throw refused();
  let at = 0;
  const accept = (...expected: readonly string[]) => expected.includes(words[at] ?? '') && at++ >= 0;

  const list = (depth: number): FieldMask => {
    const paths = [...item(depth)];
    while (accept(',')) paths.push(...item(depth));
    return paths;
  };
  const item = (depth: number): FieldMask => {
    const name = words[at++];
    if (name === undefined || /^[,()/.]$/.test(name) || depth > MAX_DEPTH) throw refused();
    if (accept('/', '.')) return item(depth + 1).map((path) => [name, ...path]);
    if (!accept('(')) return [[name]];
    const inner = list(depth + 1);
    if (!accept(')')) throw refused();
    return inner.map((path) => [name, ...path]);
  };

  const mask = list(0);
  if (at < words.length) throw refused();
  return mask;
}

function refused(): InvalidInput {
  return new InvalidInput('fields', 'must be names, such as name,error/code or operations(name,done)');
}

export function masked(json: JsonValue, mask: FieldMask): JsonValue {
  if (mask.some((path) => path.length === 0)) return json;
  if (Array.isArray(json)) return json.map((item) => masked(item, mask));
  if (!isJsonObject(json)) return json;
  // Reads only the fields that are kept, because a payload field is computed when it is read.
  const kept = Object.keys(json).flatMap((key): [string, JsonValue][] => {
    const inner = mask.filter(([name]) => name === key || name === EVERY_FIELD).map((path) => path.slice(1));
    return inner.length > 0 ? [[key, masked(json[key] as JsonValue, inner)]] : [];
  });
  return Object.fromEntries(kept);
}
