/** The payloads of events. Workers and callers set them, and the orchestrator carries them without reading them. */
import type { AnyValue, Status } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { Encoding } from './event-message.ts';
import { openAnyToJson } from './json.ts';
import { jsonSize } from './json-bytes.ts';
import type { JsonObject } from './json-value.ts';
import { MAX_DETAILS, type PayloadLimits, requireAtMost } from './limits.ts';
import { statusToJson } from './operation.ts';
import { typeNameOfUrl } from './registry.ts';
import { requirePlainText } from './text.ts';

/**
 * Below this size the JSON form is within every limit, and need not be measured: no payload grows by more than this
 * factor in JSON. The worst case is an enum in a packed list: one byte in binary and a name in JSON.
 */
const WORST_GROWTH = 256;
const MAX_TYPE_URL_LENGTH = 1024;

/** Checks payloads against the limits, in the form in which they leave. */
export class PayloadRules {
  readonly #limits: PayloadLimits;
  readonly #encoding: Encoding;

  /** @param encoding of the payloads in the message */
  constructor(limits: PayloadLimits, encoding: Encoding) {
    this.#limits = limits;
    this.#encoding = encoding;
  }

  /** @param limit of this payload, in bytes, if it differs from the common one */
  any(field: string, { typeUrl, value }: AnyValue, limit = this.#limits.payloadBytes): AnyValue {
    if (!typeUrl) throw new InvalidInput(`${field}.type_url`, 'is required');
    requirePlainText(`${field}.type_url`, typeUrl, MAX_TYPE_URL_LENGTH);
    const any = { typeUrl, value };
    requireAtMost(field, value.length, limit, 'bytes');
    const mayGrow = value.length > limit / WORST_GROWTH;
    if (mayGrow || this.#encoding === 'BINARY') {
      const json = this.#jsonOf(field, any);
      if (mayGrow) requireAtMost(field, jsonSize(json), limit, 'bytes in JSON');
    }
    return any;
  }

  /** One limit applies to the message and the details together. */
  status(field: string, { code, message, details }: Status): Status {
    requireAtMost(`${field}.details`, details.length, MAX_DETAILS, 'entries');
    const status = {
      code,
      message,
      details: details.map((any, index) => this.any(`${field}.details[${index}]`, any)),
    };
    if (message.length > 0 || details.length > 0) {
      requireAtMost(field, jsonSize(statusToJson(status)), this.#limits.payloadBytes, 'bytes in JSON');
    }
    return status;
  }

  /** As a Buffer, without a copy. */
  bytes(field: string, bytes: Uint8Array): Uint8Array {
    requireAtMost(field, bytes.length, this.#limits.payloadBytes, 'bytes');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Checks bytes that came in binary: they may be no message of their type, not UTF-8, or a value that JSON cannot
   * hold.
   */
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
