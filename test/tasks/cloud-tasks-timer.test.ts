/** Tasks at a stand-in for the Cloud Tasks API, over HTTP. */
import { afterEach, expect, it } from 'vitest';
import { type HttpServer, serve } from '../../local/http-server.ts';
import { cloudTasksTimer } from '../../shared/tasks/cloud-tasks-timer.ts';
import { until } from '../setup/until.ts';

const NOW = 1_700_000_000_000;
let server: HttpServer | undefined;
afterEach(() => server?.stop());

interface Created {
  readonly path: string;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the adapter sent
  readonly task: any;
}

async function timerOn(statusOf: (index: number) => number = () => 200) {
  const created: Created[] = [];
  const warnings: string[] = [];
  server = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => {
        const { task } = JSON.parse(Buffer.concat(chunks).toString());
        created.push({ path: request.url ?? '', authorization: request.headers.authorization, task });
        response.writeHead(statusOf(created.length)).end('{}');
      });
  });
  const timer = cloudTasksTimer({
    ...{ project: 'p', location: 'l', queue: 'q', now: () => NOW, endpoint: server.url },
    ...{ sweepUrl: 'https://sweep.example.com', serviceAccount: 'scheduler@p.iam.gserviceaccount.com' },
    authorize: async () => ({ authorization: 'Bearer token' }),
    log: { info() {}, error() {}, warn: (_, message) => void warnings.push(message) },
  });
  return { timer, created, warnings };
}

it('one task a second calls sweep with a token, however often it is asked for', async () => {
  const { timer, created } = await timerOn();
  for (const ms of [100, 500, 1_000, 1_001]) timer.wakeAt(NOW + ms);
  await until('two tasks', () => created.length === 2);
  expect(created[0]).toMatchObject({
    ...{ path: '/v2/projects/p/locations/l/queues/q/tasks', authorization: 'Bearer token' },
    task: {
      name: expect.stringMatching(
        /^projects\/p\/locations\/l\/queues\/q\/tasks\/[0-9a-f]{8}-due-1700000001$/,
      ),
      scheduleTime: '2023-11-14T22:13:21.000Z',
      httpRequest: {
        ...{ url: 'https://sweep.example.com', httpMethod: 'POST', body: 'e30=' },
        oidcToken: {
          serviceAccountEmail: 'scheduler@p.iam.gserviceaccount.com',
          audience: 'https://sweep.example.com',
        },
      },
    },
  });
  expect(created[1]?.task.scheduleTime).toBe('2023-11-14T22:13:22.000Z');
});

it('creates a task for now if something is overdue, and no task for what is due in two minutes', async () => {
  const { timer, created } = await timerOn();
  timer.wakeAt(NOW + 120_000);
  timer.wakeAt(NOW - 60_000);
  await until('a task', () => created.length > 0);
  expect(created.map(({ task }) => task.scheduleTime)).toEqual(['2023-11-14T22:13:20.000Z']);
});

it('a task that another instance has created is fine, and one that is refused may be asked for again', async () => {
  const { timer, created, warnings } = await timerOn((index) => (index === 1 ? 409 : 503));
  timer.wakeAt(NOW + 1_000);
  await until('the first', () => created.length === 1);
  timer.wakeAt(NOW + 5_000);
  await until('a warning', () => warnings.length === 1);
  timer.wakeAt(NOW + 5_000);
  timer.wakeAt(NOW + 1_000);
  await until('the third', () => created.length === 3 && warnings.length === 2);
});
