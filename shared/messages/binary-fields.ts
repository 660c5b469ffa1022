import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** More than three lists of children with every other field of an event: bytes that are no event have millions. */
const MAX_FIELDS = 100_000;

export interface BinaryField {
  readonly number: number;
  readonly wireType: WireType;
  /** Stands at the value of the field, which the caller reads or skips. */
  readonly reader: BinaryReader;
}

/**
 * The fields of one message in binary, without those of the messages within.
 *
 * @throws InvalidInput for too many fields, or an error for bytes that are no message
 */
export function* fieldsOf(message: Uint8Array): Generator<BinaryField> {
  const reader = new BinaryReader(message);
  for (let fields = 0; reader.pos < reader.len; fields++) {
    if (fields === MAX_FIELDS) throw new InvalidInput('data', `must have at most ${MAX_FIELDS} fields`);
    const [number, wireType] = reader.tag();
    yield { number, wireType, reader };
  }
}
