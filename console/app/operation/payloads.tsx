import type { Inspection, Json, JsonObject, Operation } from '../api/operation.ts';
import { JsonView } from '../parts/json-view.tsx';
import { bytes } from '../text/number.ts';

interface Payload {
  readonly title: string;
  readonly json: Json;
}

/** Shows input, metadata and result as JSON. */
export function Payloads({
  inspection,
  operation,
}: {
  inspection: Inspection;
  operation: Operation | undefined;
}) {
  const payloads = payloadsOf(inspection, operation);
  const tooLarge = inspection.inputBytes !== undefined && !inspection.input;
  return (
    <section class="payloads" aria-labelledby="payloads">
      <div class="section-head">
        <h2 id="payloads">Payloads</h2>
      </div>
      {payloads.length === 0 && !tooLarge && <p class="soft">It has none yet.</p>}
      {tooLarge && (
        <p class="soft">
          The input has {bytes(inspection.inputBytes ?? 0)} and is not shown:{' '}
          <code>npx lro export {inspection.name}</code> has it.
        </p>
      )}
      {payloads.map(({ title, json }) => (
        <JsonView
          key={title}
          title={title}
          json={json}
          file={`${inspection.name.replace('/', '-')}-${title}.json`}
        />
      ))}
    </section>
  );
}

function payloadsOf(inspection: Inspection, operation: Operation | undefined): readonly Payload[] {
  const found: readonly (readonly [title: string, json: Json | undefined])[] = [
    ['error', operation?.error as Json | undefined],
    ['response', operation?.response],
    ['metadata', operation?.metadata],
    ['input', inspection.input],
  ];
  return found.flatMap(([title, json]) => (json === undefined ? [] : [{ title, json: withoutStruct(json) }]));
}

/** A Struct is plain JSON, so its type is not shown. */
function withoutStruct(json: Json): Json {
  const { '@type': type, value } = (json ?? {}) as JsonObject;
  const plain = /\/google\.protobuf\.(Struct|Value|ListValue)$/.test(String(type));
  return plain && value !== undefined ? value : json;
}
