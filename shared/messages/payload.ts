/** The payloads of events: what workers and callers give, and the orchestrator only carries. */
import type { AnyValue, Status } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { Encoding } from './event-message.ts';
import { openAnyToJson } from './json.ts';
import type { JsonObject } from './json-value.ts';
import { type PayloadLimits, requireAtMost } from './limits.ts';
import { statusToJson } from './operation.ts';
import { typeNameOfUrl } from './registry.ts';
import { requirePlainText } from './text.ts';

/**
 * Below this size the JSON form is within every limit, and is not made only to be measured: no form grows by more than
 * this factor. The worst is an enum in a packed list, one byte in binary and a name in JSON.
 */
const WORST_GROWTH = 256;
const MAX_TYPE_URL_LENGTH = 1024;

/** Checks payloads against the limits, on the form in which they leave. */
export class PayloadRules {
  readonly #limits: PayloadLimits;
  readonly #encoding: Encoding;

  /** @param encoding in which the payloads came */
  constructor(limits: PayloadLimits, encoding: Encoding) {
    this.#limits = limits;
    this.#encoding = encoding;
  }

  /** @param limit of this payload, in bytes, where it is another than that of all */
  any(field: string, { typeUrl, value }: AnyValue, limit = this.#limits.payloadBytes): AnyValue {
    if (!typeUrl) throw new InvalidInput(`${field}.type_url`, 'is required');
    requirePlainText(`${field}.type_url`, typeUrl, MAX_TYPE_URL_LENGTH);
    const any = { typeUrl, value };
    requireAtMost(field, value.length, limit, 'bytes');
    const mayGrow = value.length > limit / WORST_GROWTH;
    if (mayGrow || this.#encoding === 'BINARY') {
      const json = this.#jsonOf(field, any);
      if (mayGrow) requireAtMost(field, jsonBytes(json), limit, 'bytes in JSON');
    }
    return any;
  }

  /** One limit for the message and the details together. */
  status(field: string, { code, message, details }: Status): Status {
    const status = {
      code,
      message,
      details: details.map((any, index) => this.any(`${field}.details[${index}]`, any)),
    };
    if (message.length > 0 || details.length > 0) {
      requireAtMost(field, jsonBytes(statusToJson(status)), this.#limits.payloadBytes, 'bytes in JSON');
    }
    return status;
  }

  /** As a Buffer, without a copy. */
  bytes(field: string, bytes: Uint8Array): Uint8Array {
    requireAtMost(field, bytes.length, this.#limits.payloadBytes, 'bytes');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Of bytes that no reader of JSON has seen: they may be no message, not UTF-8, or a value that JSON does not have. */
  #jsonOf(field: string, any: AnyValue): JsonObject {
    try {
      return openAnyToJson(any);
    } catch {
      throw new InvalidInput(
        field,
        `must be a ${typeNameOfUrl(any.typeUrl)} in binary that has a form in JSON`,
      );
    }
  }
}

function jsonBytes(json: object): number {
  return Buffer.byteLength(JSON.stringify(json));
}
