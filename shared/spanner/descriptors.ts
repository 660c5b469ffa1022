import descriptor from 'protobufjs/ext/descriptor/index.js';
import protobuf from 'protobufjs/light.js';
import { schema } from '../messages/schema.ts';

/** The messages that columns hold, each after the messages that its fields use. */
const BUNDLE = ['google.protobuf.Any', 'google.rpc.Status', 'google.longrunning.Operation'] as const;

/** The DDL statement that creates the proto bundle. `Any` is quoted, because it is a reserved word of GoogleSQL. */
export const CREATE_PROTO_BUNDLE = `CREATE PROTO BUNDLE (${BUNDLE.map(quoteLast).join(', ')})`;

/** The bundle's google.protobuf.FileDescriptorSet, serialized: what `--proto-descriptors-file` of gcloud takes. */
export function protoDescriptors(): Uint8Array {
  const root = new protobuf.Root();
  for (const name of BUNDLE) {
    const type = schema.lookupType(name);
    root.define(name.split('.').slice(0, -1)).add(protobuf.Type.fromJSON(type.name, type.toJSON()));
  }
  const file = BUNDLE.map((name) => fileOf(root.resolveAll().lookupType(name)));
  return descriptor.FileDescriptorSet.encode({ file }).finish();
}

/** Returns a descriptor file for one type, with the imports and type packages that protobufjs leaves out. */
function fileOf(type: protobuf.Type) {
  const message = type.toDescriptor('proto3');
  const imports = new Set<string>();
  type.fieldsArray.forEach(({ resolvedType }, index) => {
    const field = message.field?.[index];
    if (!field || !(resolvedType instanceof protobuf.Type)) return;
    field.typeName = resolvedType.fullName;
    imports.add(fileName(resolvedType));
  });
  return {
    name: fileName(type),
    package: type.parent?.fullName.slice(1),
    dependency: [...imports],
    messageType: [message],
    syntax: 'proto3',
  };
}

function fileName(type: protobuf.Type): string {
  return `${type.fullName.slice(1).replaceAll('.', '/').toLowerCase()}.proto`;
}

function quoteLast(name: string): string {
  return name.replace(/[^.]+$/, '`$&`');
}
