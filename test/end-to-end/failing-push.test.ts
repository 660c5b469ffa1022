/** The local system's push subscription on the emulator, while its endpoint fails. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, inject, it } from 'vitest';
import { createTopology } from '../../local/emulators/pubsub.ts';
import { DEFAULT_TOPICS, localTopology } from '../../shared/pubsub/topology.ts';
import { until } from '../setup/until.ts';

const host = inject('pubsubEmulatorHost');
/** With a retry policy, the emulator (0.8.20) gives a message up after two or three failed pushes. */
const FAILED_PUSHES = 5;

it.skipIf(host === undefined)(
  'an endpoint that fails for five pushes of a message gets the message',
  async () => {
    const pushes = new Map<string, number>();
    const taken = new Set<string>();
    const endpoint = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const { messageId } = JSON.parse(Buffer.concat(chunks).toString()).message;
        const count = (pushes.get(messageId) ?? 0) + 1;
        pushes.set(messageId, count);
        if (count <= FAILED_PUSHES) {
          // Half of the pushes are closed without an answer, as by a process that is killed.
          if (count % 2 === 0) request.socket.destroy();
          else response.writeHead(503).end();
          return;
        }
        taken.add(messageId);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    const { port } = endpoint.address() as AddressInfo;
    const project = `push-${randomUUID()}`;
    const topology = localTopology();
    await createTopology({
      host: host ?? '',
      project,
      topology,
      pushEndpoint: () => `http://127.0.0.1:${port}/`,
    });
    const topic = `http://${host}/v1/projects/${project}/topics/${DEFAULT_TOPICS.lifecycle}`;
    const messages = Array.from({ length: 10 }, (_, index) => ({
      data: Buffer.from(String(index)).toString('base64'),
    }));
    const answer = await fetch(`${topic}:publish`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages }),
    });
    const { messageIds } = (await answer.json()) as { messageIds: string[] };
    try {
      await until('each message is taken', () => taken.size === messages.length || undefined, 50_000);
      expect([...taken].sort()).toEqual([...messageIds].sort());
    } finally {
      const subscription = `http://${host}/v1/projects/${project}/subscriptions/${topology.push[0]?.name}`;
      await fetch(subscription, { method: 'DELETE' });
      endpoint.closeAllConnections();
      await new Promise((resolve) => endpoint.close(resolve));
    }
  },
);
