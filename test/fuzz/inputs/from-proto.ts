/** proto3 JSON of the messages of a .proto file, as protobufjs describes them. */
import fc from 'fast-check';
import protobuf from 'protobufjs';
import type { Json } from './hostile.ts';
import { plausiblePubSubText, plausibleText } from './plausible.ts';

const MAX_DEPTH = 4;

const any: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'x' },
  { '@type': 'type.googleapis.com/google.protobuf.Struct', value: { a: [1, null] } },
  { '@type': 'type.googleapis.com/google.protobuf.Empty' },
  { '@type': 'type.googleapis.com/unknown.Type', value: 'AQID' },
);

/** Types that have a form of their own in JSON. */
const WELL_KNOWN: Readonly<Record<string, (field: string) => fc.Arbitrary<Json>>> = {
  Any: () => any,
  Timestamp: () => plausibleText('time'),
  Duration: () => plausibleText('timeout'),
  FieldMask: () => plausibleText('mask'),
  Struct: () =>
    fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 })) as fc.Arbitrary<Json>,
  Value: () => fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  Empty: () => fc.constant({}),
  StringValue: (field) => plausibleText(field),
  BoolValue: () => fc.boolean(),
};

export interface MessageOptions {
  /** Whether a message has little but what it cannot do without: few rules then refuse it. */
  readonly isSparse?: boolean;
}

/** Without these, a request says nothing. */
const NEEDED =
  /^(name|project|topic|subscription|subscriptions|operation|messages|data|ackIds|ackDeadlineSeconds|streamAckDeadlineSeconds|maxMessages|pushConfig|updateMask|time)$/;

export function messages(type: protobuf.Type, options: MessageOptions = {}, depth = 0): fc.Arbitrary<Json> {
  const { name, fullName } = type;
  const known =
    fullName.startsWith('.google.protobuf.') && Object.hasOwn(WELL_KNOWN, name)
      ? WELL_KNOWN[name]
      : undefined;
  if (known) return known('');
  if (depth > MAX_DEPTH) return fc.constant({});
  const alone = type.fieldsArray
    .filter((field) => !field.partOf)
    .map((field) => maybe(entry(field, options, depth), options.isSparse ? field : undefined));
  const groups = type.oneofsArray.map((group) =>
    fc.oneof(...group.fieldsArray.map((field) => entry(field, options, depth))).map((one) => [one]),
  );
  const parts = [...alone, ...groups];
  if (parts.length === 0) return fc.constant({});
  return fc.tuple(...parts).map((all) => Object.fromEntries(all.flat()) as Json);
}

type Entry = readonly [string, Json];

/** Most often there; of a sparse message, the field is given, and only one that is needed is there. */
function maybe(entries: fc.Arbitrary<Entry>, sparse: protobuf.Field | undefined): fc.Arbitrary<Entry[]> {
  if (sparse) {
    return NEEDED.test(protobuf.util.camelCase(sparse.name)) ? entries.map((one) => [one]) : fc.constant([]);
  }
  return fc.option(entries, { freq: 4 }).map((one) => (one === null ? [] : [one]));
}

function entry(field: protobuf.Field, options: MessageOptions, depth: number): fc.Arbitrary<Entry> {
  const camel = protobuf.util.camelCase(field.name);
  const values = valuesOf(field.resolve(), camel, options, depth);
  if (field instanceof protobuf.MapField) {
    return fc
      .dictionary(fc.stringMatching(/^[a-z]{1,5}$/), values, { maxKeys: 3 })
      .map((map) => [camel, map]);
  }
  return (field.repeated ? fc.array(values, { maxLength: 3 }) : values).map((value) => [camel, value]);
}

function valuesOf(
  field: protobuf.Field,
  name: string,
  options: MessageOptions,
  depth: number,
): fc.Arbitrary<Json> {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return messages(resolvedType, options, depth + 1);
  if (resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.keys(resolvedType.values));
  switch (field.type) {
    case 'string':
      return plausiblePubSubText(field.parent?.name ?? '', name) ?? plausibleText(name);
    case 'bytes':
      return fc.base64String({ maxLength: 40 });
    case 'bool':
      return fc.boolean();
    case 'double':
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'int64':
    case 'uint64':
    case 'sint64':
      return fc.nat(1_000).map(String);
    default:
      return fc.nat(1_000);
  }
}
