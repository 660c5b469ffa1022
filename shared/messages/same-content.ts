/** Whether two payloads say the same. Equal messages may differ in their bytes: the entries of a map come in any order. */
import { equals } from '@bufbuild/protobuf';
import type { AnyValue } from '../lifecycle/result.ts';
import { messageFromBinary, registry, typeNameOfUrl } from './registry.ts';

/** Compares the bytes of a type that this deployment does not know. */
export function sameContent(one: AnyValue, other: AnyValue): boolean {
  if (one.typeUrl !== other.typeUrl) return false;
  if (Buffer.compare(one.value, other.value) === 0) return true;
  const type = registry.getMessage(typeNameOfUrl(one.typeUrl));
  if (!type) return false;
  return equals(type, messageFromBinary(type, one.value), messageFromBinary(type, other.value), COMPARED);
}

const COMPARED = { registry, unpackAny: true, unknown: true };
