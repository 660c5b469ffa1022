/** What a person reads when `lro start` cannot start: the cause and the next step. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { freePort } from '../../local/emulators/ports.ts';
import { startFailure } from '../../local/start-failure.ts';

const OTHER_FOLDER = 'choose another folder: --data DIR';

describe('a start that fails', () => {
  let data: string;
  let other: Server;
  let taken: number;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'lro-start-'));
    other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    taken = (other.address() as AddressInfo).port;
  });
  afterEach(async () => {
    other.close();
    await rm(data, { recursive: true });
  });

  async function failureOf(options: { port?: number; grpcPort?: number; data?: string }): Promise<string> {
    const started = await startEmbeddedSystem({ push: true, ...options }).catch((error: unknown) => ({
      error,
    }));
    if ('error' in started) return startFailure(started.error, options);
    await started.stop();
    return 'it started';
  }

  it('names the port that is in use, and the flag that takes another', async () => {
    const said = (flag: string) =>
      new RegExp(
        `^Port ${taken} is in use\\. Stop what uses it, or choose another: .* ${flag} ${taken + 1}$`,
      );
    expect(await failureOf({ port: taken })).toMatch(said('--port'));
    expect(await failureOf({ port: await freePort(), grpcPort: taken })).toMatch(said('--grpc-port'));
  });

  it('advises the command that was given, with another port', () => {
    const inUse = (port: number) =>
      Object.assign(new Error('in use'), { code: 'EADDRINUSE', syscall: 'listen', port });
    const advice = (port: number, ...args: string[]) =>
      startFailure(inUse(port), { port: 8080, grpcPort: 8081 }, args).replace(/.*npm start -- /, '');
    const others = ['--data', 'my data', '--no-sample'];
    expect(advice(8080, '--port', '8080', ...others)).toBe("--data 'my data' --no-sample --port 8082");
    expect(advice(8081, ...others, '--grpc-port=8081')).toBe("--data 'my data' --no-sample --grpc-port 8082");
  });

  it('names the process that has the folder', async () => {
    const first = await startEmbeddedSystem({ push: true, data });
    const said = await failureOf({ data });
    await first.stop();
    expect(said).toContain(`The folder ${data} is in use by process ${process.pid} at http://localhost:`);
    expect(said).toContain(`Stop it, or ${OTHER_FOLDER}`);
  });

  it('says that a newer release wrote the folder, and to use that one', async () => {
    await (await startEmbeddedSystem({ push: true, data })).stop();
    const database = new Libsql(join(data, 'lro.db'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    expect(await failureOf({ data })).toMatch(
      /^\S+lro\.db has version 999 .*: open it with the release that wrote it/,
    );
  });

  const sqlite = (message: string, code?: string) => Object.assign(new Error(message), code && { code });
  it.each([
    ['of Node', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })],
    ['of SQLite', sqlite('database or disk is full', 'SQLITE_FULL')],
    ['of the thread of the database', new Error('/d/lro.db cannot be used: database or disk is full')],
  ])('says that the disk is full, by an error %s', (_, error) => {
    expect(startFailure(error, { data: '/d' })).toBe(
      `The disk of the folder /d is full (${error.message}). Free some space, or ${OTHER_FOLDER}`,
    );
  });

  it.each([
    ['EACCES', 'Make it writable, or'],
    ['EROFS', 'Make it writable, or'],
  ])('says that the folder cannot be written, by the cause %s', (code, step) => {
    const cause = Object.assign(new Error(`${code}: no`), { code });
    const error = new Error(`The folder /d cannot be written: ${code}: no`, { cause });
    expect(startFailure(error, { data: '/d' })).toBe(`${error.message}. ${step} ${OTHER_FOLDER}`);
  });

  it('says what failed where no step is known', () => {
    expect(startFailure(new Error('no such setting'), { data: undefined })).toBe('no such setting');
  });
});
