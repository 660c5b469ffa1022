import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pubsubApi } from '../../local/bus/api/pubsub-api.ts';
import { Bus } from '../../local/bus/bus.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

/** What the REST interface does that no emulator shows: the bus is mounted beside other APIs at one origin. */
describe('Pub/Sub REST interface', () => {
  const bus = new Bus();
  const app = express().use(pubsubApi(bus));
  let origin = '';
  let close: () => Promise<void>;

  beforeAll(async () => {
    app.use(async (request, response) => {
      response.status(418).send(await text(request));
    });
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => new Promise((resolve) => server.close(() => resolve()));
  });

  afterAll(async () => {
    await bus.close();
    await close();
  });

  const call = (method: string, path: string, body?: string) =>
    fetch(`${origin}/v1/${path}`, { method, ...(body !== undefined && { body, headers: JSON_HEADERS }) });

  test.for([
    ['GET', 'operations/r1'],
    ['POST', 'projects/p/locations/l/workflows/w/executions'],
    ['POST', 'projects/p/topics/some-topic:unknown'],
    ['POST', 'projects/p/snapshots/some-snapshot'],
  ] as const)('leaves %s %s to others, with its body unread', async ([method, path]) => {
    const body = method === 'POST' ? '{"not":"read"' : undefined;
    const response = await call(method, path, body);
    expect(response.status).toBe(418);
    expect(await response.text()).toBe(body ?? '');
  });

  test('has the same topics in every project, and names them as they were asked for', async () => {
    await call('PUT', 'projects/one/topics/shared-topic', '{}');
    const response = await call('GET', 'projects/two/topics/shared-topic');
    expect(await response.json()).toEqual({ name: 'projects/two/topics/shared-topic' });
  });

  test.for([
    ['a form, as curl sends it without a header', 'application/x-www-form-urlencoded', 415],
    ['plain text, as web pages send it', 'text/plain;charset=UTF-8', 415],
    ['bytes', 'application/octet-stream', 415],
    ['JSON', 'application/json; charset=utf-8', 200],
  ] as const)('answers a body that is declared as %s with %s: %d', async ([, type, status]) => {
    await call('PUT', 'projects/p/topics/typed-topic', '{}');
    const response = await fetch(`${origin}/v1/projects/p/topics/typed-topic:publish`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{"messages":[{"data":"eA=="}]}',
    });
    expect(response.status).toBe(status);
  });

  test('lists page by page', async () => {
    for (const name of ['page-c', 'page-a', 'page-b']) await call('PUT', `projects/p/topics/${name}`, '{}');
    const names: string[] = [];
    let pageToken = '';
    do {
      const response = await call('GET', `projects/p/topics?pageSize=2&pageToken=${pageToken}`);
      const page = (await response.json()) as { topics: { name: string }[]; nextPageToken?: string };
      expect(page.topics.length).toBeLessThanOrEqual(2);
      names.push(...page.topics.map(({ name }) => name));
      pageToken = page.nextPageToken ?? '';
    } while (pageToken !== '');
    expect(names).toEqual([...names].sort());
    expect(names.filter((name) => name.includes('page-'))).toHaveLength(3);
  });

  test('refuses a body that is too large', async () => {
    await call('PUT', 'projects/p/topics/large-topic', '{}');
    const data = Buffer.alloc(10_000_001).toString('base64');
    const response = await call(
      'POST',
      'projects/p/topics/large-topic:publish',
      `{"messages":[{"data":"${data}"}]}`,
    );
    expect(response.status).toBe(400);
  });

  test.for([
    ['{"messages":[{"data":5}]}', 'messages.0.data: must be a string'],
    ['{"messages":[{"data":"*"}]}', 'messages.0.data: must be base64'],
    ['{"messages":[{"data":"eA==","z":1}]}', 'messages.0.z: is unknown'],
    ['{"messages":[{"attributes":["a"]}]}', 'messages.0.attributes: must be a JSON object'],
    ['{}', 'messages: is required'],
    ['[]', 'body: must be a JSON object'],
  ] as const)('names the field and the rule where %s is published', async ([body, message]) => {
    await call('PUT', 'projects/p/topics/strict-topic', '{}');
    const response = await call('POST', 'projects/p/topics/strict-topic:publish', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT', message } });
  });

  test.for([
    ['5', 200],
    ['"5"', 200],
    ['null', 400],
    ['true', 400],
    ['"0x10"', 400],
  ] as const)('takes %s for a number of messages: %s', async ([maxMessages, status]) => {
    await call('PUT', 'projects/p/topics/count-topic', '{}');
    await call('PUT', 'projects/p/subscriptions/count-sub', '{"topic":"projects/p/topics/count-topic"}');
    const body = `{"maxMessages":${maxMessages},"returnImmediately":true}`;
    const response = await call('POST', 'projects/p/subscriptions/count-sub:pull', body);
    expect(response.status).toBe(status);
  });

  test('loses no attribute, whatever its name', async () => {
    await call('PUT', 'projects/p/topics/names-topic', '{}');
    await call('PUT', 'projects/p/subscriptions/names-sub', '{"topic":"projects/p/topics/names-topic"}');
    const attributes = '{"constructor":"a","prototype":"b","plain":"c"}';
    await call(
      'POST',
      'projects/p/topics/names-topic:publish',
      `{"messages":[{"attributes":${attributes}}]}`,
    );
    const pulled = await call('POST', 'projects/p/subscriptions/names-sub:pull', '{"maxMessages":1}');
    expect(await pulled.text()).toContain(attributes);
  });

  test('gives a message to the next caller when the one who waited is gone', async () => {
    await call('PUT', 'projects/p/topics/gone-topic', '{}');
    await call('PUT', 'projects/p/subscriptions/gone-sub', '{"topic":"projects/p/topics/gone-topic"}');
    const gone = new AbortController();
    const waiting = fetch(`${origin}/v1/projects/p/subscriptions/gone-sub:pull`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: '{"maxMessages":1}',
      signal: gone.signal,
    });
    // The next call on another connection is answered after this one was read.
    await call('GET', 'projects/p/topics/gone-topic');
    gone.abort();
    await expect(waiting).rejects.toThrow();
    await call('GET', 'projects/p/topics/gone-topic');
    await bus.publish('gone-topic', [{ data: Buffer.from('x'), attributes: {} }]);
    const next = await call('POST', 'projects/p/subscriptions/gone-sub:pull', '{"maxMessages":1}');
    expect(await next.json()).toMatchObject({ receivedMessages: [{ message: { data: 'eA==' } }] });
  });
});
