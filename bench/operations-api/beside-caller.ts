import { setTimeout as sleep } from 'node:timers/promises';
import type { LongCall } from './long-calls.ts';

const [url = '', call = ''] = process.argv.slice(2);

const CALLS: Readonly<Record<LongCall, () => Promise<void>>> = {
  inspect: () => again('waits:inspect'),
  children: () => again('failures:inspect?pageSize=1000'),
  async wait() {
    await Promise.all(Array.from({ length: 1_500 }, () => post('measured:wait', { timeout: '5s' })));
  },
  async cancel() {
    await post('parent:cancel', {});
    // The cascade continues after the answer.
    await sleep(2_000);
  },
};

await CALLS[call as LongCall]();

async function again(path: string): Promise<void> {
  for (const end = Date.now() + 3_000; Date.now() < end; ) {
    await (await fetch(`${url}/v1/operations/${path}`)).arrayBuffer();
  }
}

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(`${url}/v1/operations/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
}
