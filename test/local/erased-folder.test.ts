/** Which data remains in the files after an erasure in the system of `npm start -- --data DIR`. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { until } from '../setup/until.ts';

const SECRET = 'the-secret-of-the-customer';
const COMPLETIONS = 'v1/projects/p/subscriptions/operation-completions-local';
const payload = { '@type': 'type.googleapis.com/google.protobuf.Struct', value: { secret: SECRET } };

it('leaves none of the payloads in the files of the running system, once their messages are acknowledged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'erased-'));
  const system = await startEmbeddedSystem({ push: true, data: folder });
  const post = async (path: string, body: object) => {
    const response = await fetch(`${system.url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    // biome-ignore lint/suspicious/noExplicitAny: whatever the method answers
    return (await response.json()) as any;
  };
  const holdsSecret = async () => {
    const names = await readdir(folder);
    const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
    return files.some((bytes) => bytes.includes(SECRET));
  };
  try {
    await post('v1/operations', {
      operationId: 'o',
      input: payload,
      metadata: payload,
      labels: { customer: SECRET },
    });
    await post('v1/operations/o:notify', { name: 'n', payload });
    for (let step = 0; step < 50; step++) {
      await post('v1/operations/o:apply', {
        checkpointed: { checkpoint: btoa(`${SECRET}${step}`), resumePoint: SECRET },
      });
    }
    await post('v1/operations/o:apply', { succeeded: { response: payload } });
    const { receivedMessages } = await until('the completion', async () => {
      const pulled = await post(`${COMPLETIONS}:pull`, { maxMessages: 10 });
      return pulled.receivedMessages?.length > 0 && pulled;
    });
    expect(await holdsSecret()).toBe(true);
    const ackIds = receivedMessages.map(({ ackId }: { ackId: string }) => ackId);
    await post(`${COMPLETIONS}:acknowledge`, { ackIds });
    await post('v1/operations/o:erase', {});
    expect(await holdsSecret()).toBe(false);
    await post('v1/operations', { operationId: 'after' });
  } finally {
    await system.stop();
    expect(await holdsSecret()).toBe(false);
    await rm(folder, { recursive: true });
  }
});
