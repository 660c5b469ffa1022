/** Redacts answers of the API for the console, by the setting REDACT. */
import { isOperationName, type OperationName } from '../lifecycle/operation-name.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../messages/json-value.ts';
import { PAYLOAD_FIELDS, type Redaction } from '../messages/redaction.ts';
import type { OperationStore } from '../orchestrator/ports/store.ts';

type MethodOf = (name: string) => string | undefined;

/** Redacts every payload and error in the answer, at any depth. */
export async function redactedAnswer(
  store: OperationStore,
  redaction: Redaction,
  answer: JsonObject,
): Promise<JsonObject> {
  if (redaction.isOff) return answer;
  const names = redaction.asksForMethod ? [...namesIn(answer, new Set())] : [];
  const operations = names.length > 0 ? await store.operations(names) : new Map();
  const methodOf: MethodOf = (name) => operations.get(name as OperationName)?.creation?.value.method;
  return redacted(answer, redaction, methodOf, undefined) as JsonObject;
}

/** The same for the JSON of one operation that contains its method. */
export function redactedOperation(redaction: Redaction, operation: JsonObject): JsonObject {
  if (redaction.isOff) return operation;
  return redacted(operation, redaction, () => undefined, undefined) as JsonObject;
}

/** The operations in the answer without their methods. */
function namesIn(value: JsonValue, names: Set<OperationName>): Set<OperationName> {
  if (Array.isArray(value)) for (const one of value) namesIn(one, names);
  if (!isJsonObject(value)) return names;
  const { name, method } = value;
  if (typeof name === 'string' && method === undefined && isOperationName(name)) names.add(name);
  for (const inner of Object.values(value)) namesIn(inner as JsonValue, names);
  return names;
}

function redacted(
  value: JsonValue,
  redaction: Redaction,
  methodOf: MethodOf,
  outer: string | undefined,
): JsonValue {
  if (Array.isArray(value)) return value.map((one) => redacted(one, redaction, methodOf, outer));
  if (!isJsonObject(value)) return value;
  const { name } = value;
  const own = typeof value.method === 'string' ? value.method : undefined;
  const method = own ?? (typeof name === 'string' ? methodOf(name) : undefined) ?? outer;
  const entries = Object.entries(value).map(([key, inner]): [string, JsonValue] => {
    const field = PAYLOAD_FIELDS.find((known) => known === key);
    if (field === undefined || !isJsonObject(inner as JsonValue)) {
      return [key, redacted(inner as JsonValue, redaction, methodOf, method)];
    }
    const payload = inner as JsonObject;
    return [
      key,
      field === 'error' ? redaction.status(payload, method) : redaction.payload(field, payload, method),
    ];
  });
  return Object.fromEntries(entries);
}
