/**
 * A worker in a process of its own, by HTTP: takes a START by a heartbeat, renews its lease every third of it, and says that
 * it is done after some time. It prints one line of JSON for each thing that it does or learns.
 *
 * Arguments: the URL of the system, the project, the worker's name, and how long its work takes in milliseconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const [url = '', project = '', worker = '', workMs = '0'] = process.argv.slice(2);
const say = (what: string, more: object = {}) => console.log(JSON.stringify({ worker, what, ...more }));
const subscription = `${url}/v1/projects/${project}/subscriptions/operation-signals-local`;

type Answer = { readonly status: number; readonly body: any };

/** A connection may break while the process is stopped. Every call here may be repeated. */
async function post(to: string, body: object): Promise<Answer> {
  for (;;) {
    try {
      const response = await fetch(to, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    } catch {
      await sleep(200);
    }
  }
}

interface Received {
  readonly ackId: string;
  readonly message: { readonly data: string };
}

say('ready');
for (;;) {
  const pulled = await post(`${subscription}:pull`, { maxMessages: 1, returnImmediately: true });
  const [received] = (pulled.body.receivedMessages ?? []) as Received[];
  if (!received) {
    await sleep(100);
    continue;
  }
  const signal = JSON.parse(Buffer.from(received.message.data, 'base64').toString());
  const { operation, attempt, leaseDuration } = signal;
  const taken = await post(`${url}/v1/${operation}:heartbeat`, { attempt, worker });
  await post(`${subscription}:acknowledge`, { ackIds: [received.ackId] });
  say(`gets ${signal.kind}, takes the attempt`, { attempt, answer: taken.status });
  if (taken.status !== 200) continue;
  const renewal = setInterval(
    async () => {
      const { status } = await post(`${url}/v1/${operation}:heartbeat`, { attempt, worker });
      if (status !== 200) {
        clearInterval(renewal);
        say('is told that its attempt has ended', { attempt, answer: status });
      }
    },
    (Number.parseFloat(leaseDuration) * 1_000) / 3,
  );
  await sleep(Number(workMs));
  clearInterval(renewal);
  const done = await post(`${url}/v1/${operation}:apply`, {
    attempt,
    worker,
    eventId: `done-${worker}`,
    succeeded: {},
  });
  say('says that it is done', { attempt, answer: done.status, error: done.body.error?.status });
}
