/** `lro dead-letters` against the embedded system. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from '../../bin/main.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
import { lroAt } from './lro-at-terminal.ts';

let system: LocalSystem;
beforeAll(async () => {
  system = await startEmbeddedSystem({ push: true });
});
afterAll(() => system.stop());

const lro = (...args: string[]) => lroAt(system.url, ...args);

/** Publishes what cannot be applied, and resolves with the id of its dead letter. */
async function deadLetter(data: string): Promise<string> {
  await system.publish(Buffer.from(data));
  const find = async () => letters().then((all) => all.find((one) => one.data === data)?.id);
  await until('the dead letter', async () => (await find()) !== undefined);
  return (await find()) ?? '';
}
const letters = async () =>
  (await lro('dead-letters', '--json')).out.map((line): { id: string; data: string } => JSON.parse(line));
const withTtl = (ttl: string) =>
  JSON.stringify({ operation: 'operations/mended', created: { method: 'test.v1.A', ttl } });

it('dead letters are listed with their reason, published again as corrected, and discarded', async () => {
  expect(await lro('dead-letters')).toMatchObject({ code: 0, out: [], err: 'there are no dead letters' });
  const id = await deadLetter(withTtl('soon'));
  const { out, err } = await lro('dead-letters');
  expect(out).toEqual([expect.stringMatching(/^\d+ {2}\S+Z {2}operations\/mended {2}created\.ttl: must be/)]);
  expect(err).toContain('lro dead-letters publish ID');

  expect(await lro('dead-letters', 'publish', id, withTtl('later'))).toMatchObject({
    ...{ code: 2, err: expect.stringContaining('created.ttl: must be') },
  });
  expect(await lro('dead-letters', 'publish', id, withTtl('3600s'))).toMatchObject({
    ...{ code: 0, lines: `${id}  published again` },
  });
  await until('the operation', async () => (await lro('get', 'mended')).code === 0);
  expect(await letters()).toEqual([]);

  const other = await deadLetter('{"operation":"operations/no-event"}');
  expect(await lro('dead-letters', 'discard', other)).toMatchObject({
    code: 0,
    lines: `${other}  discarded`,
  });
  expect(await lro('dead-letters', 'discard', other)).toMatchObject({
    ...{ code: 1, err: expect.stringContaining(`There is no dead letter ${other}`) },
  });
});

it('a dead letter is published again as it is, without its data', async () => {
  const event = '{"operation":"operations/as-it-is","progresed":{}}';
  const id = await deadLetter(event);
  expect(await lro('dead-letters', 'publish', id)).toMatchObject({ code: 0 });
  // It breaks the same rule again, so another dead letter takes its place.
  const another = async () => (await letters()).find((one) => one.data === event && one.id !== id);
  await until('the other one', async () => (await another()) !== undefined);
  expect((await letters()).map((one) => one.id)).not.toContain(id);
  await lro('dead-letters', 'discard', (await another())?.id ?? '');
});

it('dead letters of a deployment are not shown, and the error names the command that does', async () => {
  const server = createServer(({ method, url }, response) => {
    const message = `There is no such method: ${method} ${url}. /openapi.json lists them all.`;
    const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'METHOD_NOT_FOUND' };
    const error = { code: 404, status: 'NOT_FOUND', message, details: [info] };
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const said: string[] = [];
  const print = (text: string) => said.push(text);
  const call = ['dead-letters', '--url', `http://127.0.0.1:${port}`];
  expect(await main(call, { print, printError: print })).toBe(1);
  expect(said).toEqual([expect.stringContaining('gcloud pubsub subscriptions pull')]);
  await new Promise((resolve) => server.close(resolve));
});
