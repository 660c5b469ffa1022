import { describe, expect, it } from 'vitest';
import { EventClock } from '../../shared/client/event-clock.ts';
import { LifecycleClient, type OperationHandle } from '../../shared/client/lifecycle-client.ts';
import { readCompletion, readSignal } from '../../shared/client/received-message.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { lifecycleEventOf } from '../../shared/messages/lifecycle-event.ts';
import { signalMessage } from '../../shared/messages/signal.ts';

const NOW = 1_700_000_000_000;

/** What the orchestrator makes of a call of the client. */
async function published(call: (operation: OperationHandle) => Promise<void>) {
  const messages: { data: Buffer; attributes: Record<string, string> }[] = [];
  const client = new LifecycleClient(async (message) => messages.push(message), new EventClock(() => NOW));
  await call(client.operation('operations/r1'));
  const [message] = messages;
  if (!message) throw new Error('nothing was published');
  const hosts = new AllowedHosts(['jobs.example.com']);
  return lifecycleEventOf({ ...message, messageId: 'm', publishTime: NOW }, hosts);
}

describe('each call', () => {
  it.each<[string, (operation: OperationHandle) => Promise<void>, object]>([
    [
      'create',
      (o) => o.create({ method: 'm', labels: { a: 'b' }, ttl: 0.5 }),
      { type: 'created', creation: { method: 'm', labels: { a: 'b' }, ttl: 500 } },
    ],
    ['create with nothing', (o) => o.create(), { type: 'created', creation: { method: '' } }],
    [
      'progress',
      (o) => o.progress({ percent: 5 }),
      { type: 'progressed', metadata: { typeUrl: expect.stringContaining('Struct') } },
    ],
    [
      'checkpoint',
      (o) => o.checkpoint({ checkpoint: { a: 1 }, resumePoint: 'p' }),
      { type: 'checkpointed', resumePoint: 'p', checkpoint: Buffer.from('{"a":1}') },
    ],
    [
      'checkpoint of bytes',
      (o) => o.checkpoint({ checkpoint: Uint8Array.of(0, 255) }),
      { type: 'checkpointed', checkpoint: Buffer.from([0, 255]) },
    ],
    [
      'wait',
      (o) => o.wait({ children: ['operations/c'], timeout: 90, sleep: 0.25, policy: 'ANY_DONE' }),
      {
        type: 'waiting',
        children: ['operations/c'],
        terms: { policy: { kind: 'ANY_DONE' }, sleepUntil: NOW + 250, deadline: NOW + 90_000 },
      },
    ],
    [
      'wait for another service',
      (o) => o.wait({ externals: [{ name: 'x', endpoint: 'https://jobs.example.com' }] }),
      { type: 'waiting', terms: { childCount: 1 } },
    ],
    [
      'succeed',
      (o) => o.succeed(),
      { type: 'succeeded', response: { typeUrl: expect.stringContaining('Empty') } },
    ],
    [
      'fail',
      (o) => o.fail({ code: 5, message: 'm', details: [{ a: 1 }] }),
      {
        type: 'failed',
        error: { code: 5, message: 'm', details: [{ typeUrl: expect.stringContaining('Struct') }] },
      },
    ],
    [
      'requestCancel',
      (o) => o.requestCancel({ cascade: false }),
      { type: 'cancelRequested', cascade: false },
    ],
    ['cancelled', (o) => o.cancelled(), { type: 'cancelled' }],
  ])('%s publishes its event', async (_, call, event) => {
    expect(await published(call)).toMatchObject({ operation: 'operations/r1', occurTime: NOW, ...event });
  });

  it('has an id of its own', async () => {
    const [one, two] = await Promise.all([published((o) => o.cancelled()), published((o) => o.cancelled())]);
    expect(one.eventId).not.toBe(two.eventId);
  });
});

describe('the clock of events', () => {
  it('never gives a time twice, and never goes back', () => {
    let now = NOW;
    const clock = new EventClock(() => now);
    const times = [clock.next(), clock.next()];
    now -= 5;
    times.push(clock.next());
    now += 10;
    times.push(clock.next());
    expect(times).toEqual(times.toSorted());
    expect(new Set(times).size).toBe(4);
    expect(times[0]).toBe('2023-11-14T22:13:20.000000000Z');
  });
});

describe('the clock of events on a machine whose clock was a day ahead', () => {
  it('is right again with that clock, so that the events after it are taken', async () => {
    let now = NOW + 86_400_000;
    const clock = new EventClock(() => now);
    clock.next();
    now = NOW;
    expect(clock.next()).toBe('2023-11-14T22:13:20.000000000Z');
    expect(clock.next()).toBe('2023-11-14T22:13:20.000000001Z');
  });
});

describe('what subscribers read', () => {
  it('is a signal, with the checkpoint as it was given', () => {
    const { data, attributes } = signalMessage({
      ...{
        kind: 'RESUME',
        operation: 'operations/r1',
        method: 'm',
        eventId: 'e',
        waitId: 'w',
        cause: 'CHILDREN',
      },
      ...{ resumePoint: 'p', checkpoint: Buffer.from('{"a":1}') },
      attempt: 1,
      tries: 1,
      labels: {},
      notifications: [],
      children: {
        counts: { SUCCEEDED: 1 },
        first: [{ name: 'operations/c', outcome: 'SUCCEEDED' }],
        truncated: false,
      },
    });
    const signal = readSignal({ data, attributes });
    expect(signal).toMatchObject({
      kind: 'RESUME',
      waitId: 'w',
      cause: 'CHILDREN',
      resumePoint: 'p',
      eventId: 'e',
    });
    expect(signal.checkpoint.json()).toEqual({ a: 1 });
    expect(signal.children.counts).toEqual({ SUCCEEDED: 1 });
  });

  it('is a completion', () => {
    const data = Buffer.from(
      JSON.stringify({ name: 'operations/r1', done: true, error: { code: 1, message: 'm' } }),
    );
    const attributes = { state: 'CANCELLED', eventId: 'e' };
    expect(readCompletion({ data, attributes })).toEqual({
      ...{ operation: 'operations/r1', state: 'CANCELLED', eventId: 'e' },
      error: { code: 1, message: 'm' },
    });
    const type = 'type.googleapis.com/google.protobuf.Struct';
    const struct = (value: object) => ({ '@type': type, value });
    const succeeded = { name: 'operations/r1', metadata: struct({ m: 1 }), response: struct({ r: 2 }) };
    const message = { data: Buffer.from(JSON.stringify(succeeded)), attributes: { eventId: 'f' } };
    expect(readCompletion(message)).toEqual({
      ...{ operation: 'operations/r1', state: 'SUCCEEDED', eventId: 'f' },
      ...{ metadata: { m: 1 }, response: { r: 2 } },
    });
  });
});
