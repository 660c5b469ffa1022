import { describe, expect, it } from 'vitest';
import { deferredOperationJson, operationToJson } from '../../shared/messages/operation.ts';
import { masked, parseFieldMask } from '../../shared/operations-api/field-mask.ts';

/** A payload that counts how often it is opened. */
function counted() {
  let reads = 0;
  const value = Buffer.from('\n\u0002ok');
  return {
    reads: () => reads,
    any: {
      typeUrl: 'type.googleapis.com/google.protobuf.StringValue',
      get value() {
        reads++;
        return value;
      },
    },
  };
}

describe('an operation in JSON', () => {
  it.each([
    ['at once', operationToJson],
    ['deferred', deferredOperationJson],
  ])('is the operation in proto3 JSON, %s', (_, toJson) => {
    const { any } = counted();
    const json = toJson({ name: 'operations/a', metadata: any, done: true, response: any });
    const payload = { '@type': any.typeUrl, value: 'ok' };
    expect(JSON.parse(JSON.stringify(json))).toEqual({
      name: 'operations/a',
      metadata: payload,
      done: true,
      response: payload,
    });
  });

  it.each([
    ['name', 0],
    ['name,done', 0],
    ['response', 1],
    ['metadata/value,name', 1],
    ['*', 2],
  ])('deferred, with the mask %s, opens no payload that is left out', (fields, payloads) => {
    const [metadata, response] = [counted(), counted()];
    const json = deferredOperationJson({
      name: 'operations/a',
      metadata: metadata.any,
      done: true,
      response: response.any,
    });
    JSON.stringify(masked(json, parseFieldMask(fields)));
    expect(Math.min(metadata.reads(), 1) + Math.min(response.reads(), 1)).toBe(payloads);
  });
});
