import { describe, expect, it } from 'vitest';
import { messageFromJson } from '../../shared/messages/json.ts';
import { parseJson } from '../../shared/messages/json-value.ts';
import { SIGNAL_CHILDREN_LIMIT } from '../../shared/messages/limits.ts';
import { messageType } from '../../shared/messages/registry.ts';
import { signalMessage, signalWithoutPayload } from '../../shared/messages/signal.ts';
import type { ResumeSignal, SignalledChild, StartSignal } from '../../shared/orchestrator/ports/publisher.ts';

const any = { typeUrl: 'type.googleapis.com/google.protobuf.StringValue', value: Buffer.from('\n\u0002ok') };
const anyJson = { '@type': any.typeUrl, value: 'ok' };
const bytes = (size: number) => ({ typeUrl: 'example.com/some.Type', value: Buffer.alloc(size) });

const START: StartSignal = {
  kind: 'START',
  operation: 'operations/p.a',
  method: 'M',
  eventId: 'signal:start:operations/p.a:3:1',
  attempt: 3,
  labels: { k: 'v' },
  parent: 'operations/p',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tries: 2,
  resumePoint: 'collect',
  checkpoint: Uint8Array.of(0, 255),
  input: any,
  leaseMs: 60_000,
};

const RESUME: ResumeSignal = {
  ...START,
  kind: 'RESUME',
  waitId: 'w1',
  cause: 'CHILDREN',
  children: {
    counts: { SUCCEEDED: 1, FAILED: 1 },
    first: [
      { name: 'operations/p.c', outcome: 'SUCCEEDED', key: 'c', response: any },
      { name: 'operations/d', outcome: 'FAILED', error: { code: 5, message: 'm', details: [any] } },
    ],
    truncated: false,
  },
  notifications: [
    { name: 'approval', payload: any, time: 1_700_000_000_000 },
    { name: 'other', time: 1_700_000_000_001 },
  ],
};

/** Also holds what was written against the .proto file. */
function jsonOf({ data }: { readonly data: Uint8Array }): Record<string, unknown> {
  const json = parseJson(data, 'data');
  messageFromJson(messageType('lro.v1.Signal'), json);
  return json as Record<string, unknown>;
}

describe('a START', () => {
  it('carries all that the work needs', () => {
    const message = signalMessage(START);
    expect(jsonOf(message)).toEqual({
      kind: 'START',
      operation: 'operations/p.a',
      method: 'M',
      attempt: '3',
      labels: { k: 'v' },
      parent: 'operations/p',
      traceparent: START.traceparent,
      try: 2,
      resumePoint: 'collect',
      checkpoint: 'AP8=',
      input: anyJson,
      leaseDuration: '60s',
    });
    expect(message.attributes).toEqual({
      signal: 'START',
      operation: 'operations/p.a',
      method: 'M',
      resumePoint: 'collect',
      eventId: START.eventId,
      attempt: '3',
    });
  });

  it('of the last resort has its cause', () => {
    const error = { code: 4, message: 'late', details: [] };
    const message = signalMessage({ ...RESUME, waitId: undefined, cause: 'DEADLINE', error });
    expect(jsonOf(message)).toMatchObject({ cause: 'DEADLINE', error: { code: 4, message: 'late' } });
    expect(jsonOf(message)).not.toHaveProperty('waitId');
  });
});

describe('a RESUME', () => {
  it('carries the results of the children and the notifications that the wait took', () => {
    expect(jsonOf(signalMessage(RESUME))).toMatchObject({
      kind: 'RESUME',
      waitId: 'w1',
      cause: 'CHILDREN',
      children: {
        counts: { SUCCEEDED: 1, FAILED: 1 },
        first: [
          { name: 'operations/p.c', outcome: 'SUCCEEDED', key: 'c', response: anyJson },
          { name: 'operations/d', outcome: 'FAILED', error: { code: 5, message: 'm', details: [anyJson] } },
        ],
      },
      notifications: [
        { name: 'approval', payload: anyJson, time: '2023-11-14T22:13:20.000Z' },
        { name: 'other', time: '2023-11-14T22:13:20.001Z' },
      ],
    });
    expect(jsonOf(signalMessage(RESUME))).not.toHaveProperty('children.truncated');
  });

  it('says that the store has left results out', () => {
    const signal = { ...RESUME, children: { ...RESUME.children, truncated: true } };
    expect(jsonOf(signalMessage(signal))).toMatchObject({ children: { truncated: true } });
  });

  it('holds as many results as fit 512 KiB of JSON, in order, and names all children', () => {
    const first: SignalledChild[] = Array.from({ length: 100 }, (_, index) => ({
      name: `operations/c${index}`,
      outcome: 'SUCCEEDED',
      // A large one does not keep the small ones behind it out.
      response: index === 1 ? bytes(500_000) : bytes(6_000),
    }));
    const counts = { SUCCEEDED: 100 };
    const json = jsonOf(signalMessage({ ...RESUME, children: { counts, first, truncated: false } }));
    const children = json.children as { first: Record<string, unknown>[]; truncated: boolean };
    expect(children.first.map(({ name }) => name)).toEqual(first.map(({ name }) => name));
    expect(Buffer.byteLength(JSON.stringify(children.first))).toBeLessThanOrEqual(SIGNAL_CHILDREN_LIMIT);
    const withResult = children.first.flatMap(({ response }, index) => (response ? [index] : []));
    expect(withResult.slice(0, 3)).toEqual([0, 2, 3]);
    expect(withResult.length).toBeGreaterThan(60);
    expect(children.truncated).toBe(true);
  });

  it('without its payload names children and notifications, and lacks the results', () => {
    const error = { code: 4, message: 'm'.repeat(2_000), details: [any] };
    const message = signalWithoutPayload({ ...RESUME, error });
    const json = jsonOf(message);
    expect(json).toMatchObject({
      kind: 'RESUME',
      resumePoint: 'collect',
      error: { code: 4, message: `${'m'.repeat(1024)}…` },
      children: {
        first: [
          { name: 'operations/p.c', outcome: 'SUCCEEDED', key: 'c' },
          { name: 'operations/d', outcome: 'FAILED' },
        ],
        truncated: true,
      },
    });
    for (const field of ['input', 'checkpoint', 'error.details', 'notifications[0].payload']) {
      expect(json).not.toHaveProperty(field);
    }
    expect(message.attributes).toMatchObject({ signal: 'RESUME', payloadOmitted: 'true', attempt: '3' });
  });
});

describe('a CANCEL', () => {
  it('names the attempt that it is for', () => {
    const { operation, method, eventId, attempt, labels } = START;
    const message = signalMessage({ kind: 'CANCEL', operation, method, eventId, attempt, labels });
    expect(jsonOf(message)).toEqual({ kind: 'CANCEL', operation, method, attempt: '3', labels });
    expect(message.attributes).toMatchObject({ signal: 'CANCEL', attempt: '3', resumePoint: '' });
  });

  it('of an operation without attempts names no attempt', () => {
    const { operation, method, eventId } = START;
    const message = signalMessage({ kind: 'CANCEL', operation, method, eventId, attempt: 0, labels: {} });
    expect(jsonOf(message)).toEqual({ kind: 'CANCEL', operation, method });
    expect(message.attributes).not.toHaveProperty('attempt');
  });
});
