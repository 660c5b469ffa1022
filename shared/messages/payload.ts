/** The payloads of events: what workers and callers give, and the orchestrator only carries. */
import type { AnyValue, Status } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { Encoding } from './event-message.ts';
import { anyToJson } from './json.ts';
import { type PayloadLimits, requireAtMost } from './limits.ts';
import { statusToJson } from './operation.ts';
import { messageFromBinary, typeNameOfUrl, typeOfUrl } from './registry.ts';
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
    if (this.#encoding === 'BINARY') this.#requireMessage(field, any);
    if (value.length > limit / WORST_GROWTH) {
      requireAtMost(field, jsonBytes(anyToJson(any)), limit, 'bytes in JSON');
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

  /** Bytes that are no message of their type, or text in them that is not UTF-8, could not leave in JSON. */
  #requireMessage(field: string, any: AnyValue): void {
    const type = typeOfUrl(any.typeUrl);
    if (!type) return;
    try {
      messageFromBinary(type, any.value);
    } catch {
      throw new InvalidInput(field, `is no ${typeNameOfUrl(any.typeUrl)} in binary, or nests too deep`);
    }
  }
}

function jsonBytes(json: object): number {
  return Buffer.byteLength(JSON.stringify(json));
}
