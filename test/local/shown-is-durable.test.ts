/**
 * A power failure at any moment must not undo anything that has left the process. The test records each answer, message and call
 * together with the content of the disk at that moment (the log up to its last synchronization), and at the end looks for each in
 * that content.
 */
import { copyFileSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import type { LocalSystem } from '../../local/system.ts';

const PARENTS = 8;
const CHILDREN = 6;
/** Long enough that an answer that does not wait for it comes before it. */
const SYNC_MS = 40;

type Check = (disk: Connection) => boolean;

let folder = '';
let data = '';
let durableBytes = 0;
const noted: { readonly what: string; readonly check: Check; readonly bytes: number }[] = [];
let system: LocalSystem;
let stopServers = () => {};
let url = '';

const log = () => join(data, 'lro.db-wal');

/** The same connection, on a disk that takes its time. */
function slowDisk(file: string | undefined): Connection {
  const connection = openDatabase(file);
  return {
    ...connection,
    async sync() {
      await connection.sync();
      const { size } = statSync(log());
      await sleep(SYNC_MS);
      durableBytes = size;
    },
  };
}

function note(what: string, check: Check): void {
  noted.push({ what, check, bytes: durableBytes });
}

const has =
  (sql: string, ...values: (string | number)[]): Check =>
  (disk) =>
    disk.query<[number]>(sql).first(values) !== undefined;
const isDone = (name: string) =>
  has('SELECT 1 FROM operations WHERE name = ? AND complete_time IS NOT NULL', name);
const isThere = (name: string) => has('SELECT 1 FROM operations WHERE name = ?', name);
const hasEvent = (name: string, eventId: string) =>
  has(
    'SELECT 1 FROM history JOIN operations ON operations.id = history.operation WHERE name = ? AND event_id = ?',
    name,
    eventId,
  );
/** Applied, or a message that will be delivered. */
const isKept =
  (name: string, eventId: string): Check =>
  (disk) =>
    hasEvent(name, eventId)(disk) ||
    has('SELECT 1 FROM bus_backlog WHERE instr(CAST(data AS TEXT), ?) > 0', eventId)(disk);
const wasResumed = (name: string) =>
  has('SELECT 1 FROM waits WHERE operation = ? AND end_time IS NOT NULL', name);

// biome-ignore lint/suspicious/noExplicitAny: the answers of many methods
async function call(method: string, path: string, body?: object): Promise<any> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.ok ? response.json() : undefined;
}

let number = 0;
async function publish(operation: string, event: object): Promise<void> {
  const eventId = `event-${++number}`;
  const message = Buffer.from(JSON.stringify({ operation, eventId, ...event })).toString('base64');
  await call('POST', '/v1/projects/p/topics/operation-lifecycle:publish', { messages: [{ data: message }] });
  note(`publish of ${eventId} is acknowledged`, isKept(operation, eventId));
}

async function apply(operation: string, event: object): Promise<void> {
  const eventId = `event-${++number}`;
  const answer = await call('POST', `/v1/${operation}:apply`, { operation, eventId, ...event });
  if (answer) note(`${eventId} is applied`, hasEvent(operation, eventId));
}

function noteOperation(how: string, { name, done }: { name: string; done?: boolean }): void {
  note(`${how} shows ${name}`, isThere(name));
  if (done) note(`${how} shows that ${name} is done`, isDone(name));
}

interface Signal {
  readonly attributes?: Readonly<Record<string, string>>;
}

function noteMessage(how: string, { attributes: { operation = '', signal } = {} }: Signal): void {
  if (signal === 'RESUME') note(`${how} resumes ${operation}`, wasResumed(operation));
  else if (signal) note(`${how} tells ${operation} ${signal}`, isThere(operation));
  else note(`${how} completes ${operation}`, isDone(operation));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-power-'));
  data = join(folder, 'data');
  system = await startEmbeddedSystem({ push: true, data, logLevel: 'silent', connect: slowDisk });
  url = system.operationsUrl;
});
afterAll(async () => {
  stopServers();
  await system.stop();
  await rm(folder, { recursive: true });
});

it('shows, sends and acknowledges nothing that the disk does not have', async () => {
  // Who is pushed to, and who is called.
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      if (request.url === '/push') noteMessage('a push', JSON.parse(body).message);
      else {
        const { operation = '' } = JSON.parse(body) as { operation?: string };
        note(`resumeMethod is called for ${operation}`, wasResumed(operation));
      }
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const watching = new AbortController();
  let isOver = false;
  stopServers = () => {
    watching.abort();
    server.closeAllConnections();
    server.close();
  };
  for (const topic of ['operation-signals', 'operation-completions']) {
    await call('PUT', `/v1/projects/p/subscriptions/pushed-${topic}`, {
      topic: `projects/p/topics/${topic}`,
      pushConfig: { pushEndpoint: `${own}/push` },
    });
    await call('PUT', `/v1/projects/p/subscriptions/pulled-${topic}`, {
      topic: `projects/p/topics/${topic}`,
    });
  }
  const completed = new Set<string>();
  const pull = async (subscription: string): Promise<void> => {
    const path = `/v1/projects/p/subscriptions/${subscription}`;
    while (!isOver) {
      const { receivedMessages = [] } = await call('POST', `${path}:pull`, {
        ...{ maxMessages: 100, returnImmediately: true },
      });
      const received = receivedMessages as { ackId: string; message: Signal }[];
      for (const { message } of received) {
        noteMessage('a pull', message);
        const { operation = '', signal } = message.attributes ?? {};
        if (!signal) completed.add(operation);
        if (signal === 'RESUME') void publish(operation, { succeeded: {} });
      }
      if (received.length === 0) await sleep(5);
      else await call('POST', `${path}:acknowledge`, { ackIds: received.map(({ ackId }) => ackId) });
    }
  };
  const parents = Array.from({ length: PARENTS }, (_, index) => `operations/parent-${index}`);
  const childrenOf = (parent: string) => Array.from({ length: CHILDREN }, (_, index) => `${parent}-${index}`);
  const names = parents.flatMap((parent) => [parent, ...childrenOf(parent)]);
  const read = async () => {
    while (!isOver) {
      for (const name of names) {
        if (isOver) return;
        const operation = await call('GET', `/v1/${name}`);
        if (operation) noteOperation('a GET', operation);
        const inspected = await call('GET', `/v1/${name}:inspect`);
        for (const { eventId } of inspected?.history ?? []) {
          note(`:inspect shows ${eventId}`, hasEvent(name, eventId));
        }
      }
    }
  };
  const list = async () => {
    while (!isOver) {
      const listed = await call('GET', '/v1/operations?pageSize=100');
      for (const operation of listed?.operations ?? []) noteOperation('a list', operation);
    }
  };
  const wait = async (name: string) => {
    for (;;) {
      const operation = await call('POST', `/v1/${name}:wait`, { timeout: '10s' });
      if (operation) noteOperation('a :wait', operation);
      if (operation?.done) return;
      await sleep(2);
    }
  };
  const watch = async () => {
    const response = await fetch(`${url}/v1/operations:watch`, { signal: watching.signal });
    let text = '';
    for await (const part of response.body ?? []) {
      text += Buffer.from(part).toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('data:')) continue;
        const { operation, name, done } = JSON.parse(line.slice(5));
        if (operation?.name ?? name) noteOperation('a watch', operation ?? { name, done });
      }
    }
  };
  const work = [
    pull('pulled-operation-completions'),
    pull('pulled-operation-signals'),
    read(),
    read(),
    list(),
  ];
  const watched = watch().catch(() => {});

  await Promise.all(
    parents.map(async (parent, index) => {
      const resumeMethod = index % 2 === 0 ? { resumeMethod: `${own}/resume` } : {};
      const waited = wait(parent);
      if (index % 3 === 0) await publish(parent, { created: { method: 'test.Parent' } });
      else {
        const operationId = parent.replace('operations/', '');
        const created = await call('POST', '/v1/operations', { operationId, method: 'test.Parent' });
        if (created) noteOperation('a create', created);
        else await publish(parent, { created: { method: 'test.Parent' } });
      }
      await publish(parent, { waiting: { childOperations: childrenOf(parent), ...resumeMethod } });
      await Promise.all(
        childrenOf(parent).map(async (child, one) => {
          await publish(child, { created: { method: 'test.Child', parent } });
          if (one % 2 === 0) await publish(child, { succeeded: {} });
          else await apply(child, { succeeded: {} });
        }),
      );
      await waited;
    }),
  );
  await expect.poll(() => completed.size).toBe(names.length);
  isOver = true;
  await Promise.all(work);
  watching.abort();
  await watched;

  const kinds = new Set(noted.map(({ what }) => what.replace(/(operations\/|event-|lro:)\S+/, '…')));
  expect([...kinds].sort()).toEqual(KINDS);
  expect(takenBack()).toEqual([]);
});

/** All ways by which something leaves the process: the load has used each. */
const KINDS: readonly string[] = [
  ':inspect shows …',
  'a :wait shows that … is done',
  'a :wait shows …',
  'a GET shows that … is done',
  'a GET shows …',
  'a create shows …',
  'a list shows that … is done',
  'a list shows …',
  'a pull completes …',
  'a pull resumes …',
  'a push completes …',
  'a push resumes …',
  'a watch shows that … is done',
  'a watch shows …',
  'publish of … is acknowledged',
  'resumeMethod is called for …',
  '… is applied',
];

/** What was shown, and is not on the disk that a power failure at that moment would have left. */
function takenBack(): string[] {
  const lost: string[] = [];
  for (const bytes of new Set(noted.map((one) => one.bytes))) {
    const shown = noted.filter((one) => one.bytes === bytes);
    const copy = join(folder, `at-${bytes}`);
    mkdirSync(copy);
    const file = join(copy, 'lro.db');
    copyFileSync(join(data, 'lro.db'), file);
    copyFileSync(log(), `${file}-wal`);
    truncateSync(`${file}-wal`, bytes);
    const disk = openDatabase(file);
    for (const { what, check } of shown) if (!check(disk)) lost.push(what);
    disk.close();
  }
  return lost;
}
