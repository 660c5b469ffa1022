/** Exports that break off, by the client and by the command `lro`. */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOperations } from 'lro-orchestrator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { main } from '../../bin/main.ts';

const LINES = ['{"kind":"operation","name":"operations/x"}\n', '{"kind":"history"}\n'];

let server: Server;
let url: string;
/** What the server does after the lines. */
let finish: (response: ServerResponse) => void;
/** As if the answer were whole. */
const END = (response: ServerResponse) => void response.end();

beforeEach(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(LINES.join(''), () => finish(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it.each([
  ['ends without its last record', END],
  ['is cut', (response: ServerResponse) => void response.destroy()],
])('an export that %s fails with DATA_LOSS, after it has given the records that came', async (_, after) => {
  finish = after;
  const records: string[] = [];
  const read = async () => {
    for await (const { kind } of createOperations({ url }).export('x')) records.push(kind);
  };
  await expect(read()).rejects.toMatchObject({ code: 'DATA_LOSS' });
  expect(records).toEqual(['operation', 'history']);
});

it('lro export removes the file of an export that breaks off', async () => {
  finish = END;
  const folder = await mkdtemp(join(tmpdir(), 'lro-export-'));
  const errors: string[] = [];
  const terminal = { print: () => {}, printError: (text: string) => void errors.push(text) };
  try {
    const args = ['export', 'x', '--output', join(folder, 'x.ndjson'), '--url', url];
    expect(await main(args, terminal)).toBe(1);
    expect(errors.join()).toContain('ended before its last record');
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('lro export leaves a file that exists as it is, and ends the call', async () => {
  const ended = new Promise<unknown>((resolve) => {
    // The rest of the export is long.
    finish = (response) => void once(response, 'close').then(resolve);
  });
  const folder = await mkdtemp(join(tmpdir(), 'lro-export-'));
  const path = join(folder, 'x.ndjson');
  const terminal = { print: () => {}, printError: () => {} };
  try {
    await writeFile(path, 'mine');
    expect(await main(['export', 'x', '--output', path, '--url', url], terminal)).toBe(1);
    await ended;
    expect(await readFile(path, 'utf8')).toBe('mine');
  } finally {
    await rm(folder, { recursive: true });
  }
});
