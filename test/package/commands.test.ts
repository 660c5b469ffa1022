import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOperations, defineOperation } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../bin/main.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
import { lroAt, lroWithPerson } from './lro-at-terminal.ts';

const approval = defineOperation('test.v1.Approve', {
  input: v.object({ by: v.string() }),
  response: v.object({ ok: v.boolean() }),
  notifications: { answer: v.object({ ok: v.boolean() }) },
});
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

describe('lro', () => {
  let system: LocalSystem;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    system = await startEmbeddedSystem({ push: true });
    const worker = operation(approval).steps({
      start: (op) => op.waitFor('answer', { then: 'decided' }),
      decided: (op) => ({ ok: op.notification('answer')?.ok === true }),
    });
    const serving = await serve([worker], { url: system.url, handleSignals: false, log: SILENT });
    stops.push(() => serving.stop());
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    await system.stop();
  });

  const lro = (...args: string[]) => lroAt(system.url, ...args);
  const lroAnswering = (answer: boolean, ...args: string[]) => lroWithPerson(system.url, answer, ...args);
  const client = () => createOperations({ url: system.url });

  /** An operation that waits for its notification. */
  async function waiting(operationId: string) {
    const lroClient = createOperations({ url: system.url });
    const handle = await lroClient.create(approval, { by: 'me' }, { operationId });
    await until('the wait', async () => (await lro('get', operationId, '--json')) && isWaiting(operationId));
    return handle;
  }
  async function stateOf(id: string): Promise<string> {
    const response = await fetch(`${system.url}/v1/operations/${id}:inspect`);
    return ((await response.json()) as { state: string }).state;
  }
  const isWaiting = async (id: string) => (await stateOf(id)) === 'WAITING';

  it('shows an operation, sends it a notification, and watches it until it is done', async () => {
    const handle = await waiting('told');
    expect((await lro('get', 'told')).lines).toBe('operations/told  test.v1.Approve  waiting, attempt 1  {}');
    const watched = lro('watch', 'told');
    expect(await lro('notify', 'told', 'answer', '{"ok":true}')).toMatchObject({
      code: 0,
      lines: expect.stringMatching(/^operations\/told {2}test\.v1\.Approve {2}(running|done)/),
    });
    const { code, out } = await watched;
    expect(code).toBe(0);
    expect(out.at(-1)).toBe('operations/told  done {"ok":true}');
    expect(out.join('\n')).not.toContain('undefined');
    expect(new Set(out).size).toBe(out.length);
    expect(await handle.result()).toEqual({ ok: true });
  });

  it('creates an operation of a method, and waits for its end', async () => {
    expect(await lro('create', 'test.v1.Approve', '{"by":"me"}', '--id', 'made')).toMatchObject({
      code: 0,
      lines: expect.stringMatching(
        /^operations\/made {2}test\.v1\.Approve {2}(running|waiting), attempt 1 {2}\{\}$/,
      ),
    });
    const again = lro(
      'create',
      'test.v1.Approve',
      '{"by":"me"}',
      '--request-id',
      'once',
      '--wait',
      '--timeout',
      '1h',
    );
    await lro('notify', 'made', 'answer', '{"ok":true}');
    const [same] = (await lro('create', 'test.v1.Approve', '{"by":"me"}', '--request-id', 'once', '--json'))
      .out;
    await lro('notify', JSON.parse(same ?? '').name, 'answer', '{"ok":true}');
    expect(await again).toMatchObject({
      code: 0,
      lines: `${JSON.parse(same ?? '').name}  test.v1.Approve  done {"ok":true}`,
    });

    const refused = await lro('create', 'test.v1.Approve', '{}', '--wait');
    expect(refused.code).toBe(1);
    expect(refused.lines).toContain('INVALID_ARGUMENT: input.by');
    expect(await lro('create', 'test.v1.Approve', '{"by":"me"}', '--timeout', '1 hour')).toMatchObject({
      code: 1,
      err: 'lro create: timeout: must be a number and one of ms, s, m, h, d, for example "90s", and is "1 hour"',
    });
    expect(await lro('create', 'test.v1.Approve', 'me')).toMatchObject({ code: 2 });
  });

  it('watches in JSON with the state and the id to go on from', async () => {
    await waiting('json');
    const watched = lro('watch', 'json', '--json');
    await lro('notify', 'json', 'answer', '{"ok":false}');
    const changes = (await watched).out.map((line) => JSON.parse(line));
    expect(changes[0]).toMatchObject({ name: 'operations/json', method: 'test.v1.Approve', deleted: false });
    expect(changes.at(-1)).toMatchObject({ done: true, state: 'SUCCEEDED', response: { ok: false } });
    expect(changes.every(({ id }) => typeof id === 'string' && id !== '')).toBe(true);
  });

  it('says in one sentence why an operation is not done', async () => {
    await waiting('why');
    const { out, code } = await lro('explain', 'why');
    expect(code).toBe(0);
    expect(out).toHaveLength(1);
    expect(out[0]).toMatch(/answer/);
    const [json] = (await lro('explain', 'why', '--json')).out;
    expect(JSON.parse(json ?? '')).toMatchObject({ name: 'operations/why', state: 'WAITING' });
  });

  it('lists the children that still run after their parent has ended, and how to stop them', async () => {
    const spawn = ['a', 'b'].map((id) => ({ operationId: `left.${id}`, method: 'test.v1.Unserved' }));
    await lro('publish', '{"operation":"operations/left","created":{}}');
    await lro('publish', JSON.stringify({ operation: 'operations/left', waiting: { spawn } }));
    await until('the children', async () => (await lro('get', 'left.b')).code === 0);
    expect((await lro('explain', 'left')).lines).not.toContain('still run');
    const error = { code: 13, message: 'gave up' };
    await lro('publish', JSON.stringify({ operation: 'operations/left', failed: { error } }));
    await until('the end', async () => (await stateOf('left')) === 'FAILED');

    const stop = `parent="operations/left" AND done=false`;
    const { out } = await lro('explain', 'left');
    expect(out[0]).toContain('operations/left is FAILED');
    expect(out[1]).toBe(`Children of it still run, which lro cancel --filter '${stop}' asks to stop:`);
    expect(out.slice(2).toSorted()).toEqual(
      ['a', 'b'].map((id) => `  operations/left.${id}  test.v1.Unserved  running, attempt 1  {}`),
    );
    expect((await lro('cancel', '--filter', stop, '--yes')).code).toBe(0);
    await until('their end', async () => (await lro('explain', 'left')).out.length === 1);
  });

  it('counts the open operations of a method by step', async () => {
    await waiting('open');
    const [json] = (await lro('steps', 'test.v1.Approve', '--json')).out;
    expect(JSON.parse(json ?? '').decided).toBeGreaterThanOrEqual(1);
  });

  it('says on stderr that nothing matches, and nothing on stdout', async () => {
    const none = 'no active operation has the method "test.v1.Aprove"';
    expect(await lro('steps', 'test.v1.Aprove')).toMatchObject({ code: 0, out: [], err: none });
    expect(await lro('steps', 'test.v1.Aprove', '--json')).toMatchObject({ code: 0, out: ['{}'], err: none });
    const filter = 'method="test.v1.Aprove"';
    expect(await lro('list', '--filter', filter, '--json')).toMatchObject({
      ...{ code: 0, out: [], err: `no operation matches ${filter}` },
    });
    expect(await lro('list', '--limit', '1')).toMatchObject({ code: 0, err: '' });
  });

  it('says at the first try that nothing has answered how to start a system, or to name another', async () => {
    let calls = 0;
    const server = createServer((request, response) => {
      if (++calls === 1) request.socket.destroy();
      else response.setHeader('content-type', 'application/json').end('{"name":"operations/late"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const said: string[] = [];
    const print = (text: string) => said.push(text);
    const { port } = server.address() as AddressInfo;
    const call = ['get', 'late', '--url', `http://127.0.0.1:${port}`];
    expect(await main(call, { print, printError: print })).toBe(0);
    server.close();
    expect(said).toEqual([
      expect.stringMatching(/; trying again\. .* --port N, or name another with --url or OPERATIONS_URL$/),
      expect.stringContaining('operations/late'),
    ]);
  });

  it('cancels an operation, and lists what matches', async () => {
    const handle = await waiting('stopped');
    expect(await lro('cancel', 'stopped')).toMatchObject({ code: 0 });
    await expect(handle.result({ timeout: '30s' })).rejects.toMatchObject({ code: 'CANCELLED' });
    const { lines } = await lro('list', '--filter', 'state=CANCELLED', '--limit', '1');
    expect(lines).toMatch(/^operations\/stopped {2}test\.v1\.Approve {2}CANCELLED: /);
  });

  describe('after a cancel', () => {
    const busy = 'test.v1.Busy';
    const unserved = 'test.v1.Unserved';
    const cancelled = async (operationId: string) => lro('cancel', operationId);
    async function takenBy(worker: string, operationId: string) {
      await lro('create', busy, '--id', operationId);
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ attempt: '1', worker });
      const path = `${system.url}/v1/operations/${operationId}:heartbeat`;
      expect((await fetch(path, { method: 'POST', headers, body })).status).toBe(200);
    }

    it('shows an operation whose worker still has to stop, here, in lists and in watches', async () => {
      await takenBy('w1', 'busy');
      const asked = 'operations/busy  test.v1.Busy  running, attempt 1, asked to stop  {}';
      expect(await cancelled('busy')).toMatchObject({ code: 0, lines: asked, err: '' });
      expect((await lro('list', '--filter', 'busy')).lines).toBe(asked);
      const [json] = (await lro('cancel', 'busy', '--json')).out;
      expect(JSON.parse(json ?? '')).toMatchObject({ done: false, state: 'RUNNING', cancelRequested: true });
      for await (const change of client().watch({ name: 'operations/busy' })) {
        expect(change.cancelRequested).toBe(true);
        break;
      }
    });

    it('shows that an operation without a worker ended at once', async () => {
      await lro('create', unserved, '--id', 'unserved');
      expect(await cancelled('unserved')).toMatchObject({
        ...{ code: 0, err: '' },
        lines: 'operations/unserved  test.v1.Unserved  CANCELLED: The operation was cancelled.',
      });
    });

    it('says that an operation had ended otherwise, which is not changed', async () => {
      await takenBy('w1', 'over');
      await lro('publish', '{"operation":"operations/over","succeeded":{}}');
      await until('the end', async () => (await stateOf('over')) === 'SUCCEEDED');
      expect(await cancelled('over')).toMatchObject({
        ...{ code: 0, lines: 'operations/over  test.v1.Busy  done {}' },
        err: 'it has ended, so there is nothing to cancel',
      });
    });
  });

  it('finds what a word alone names: a state, an operation or a method, as the console does', async () => {
    await waiting('word');
    const line = 'operations/word  test.v1.Approve  waiting, attempt 1  {}';
    for (const word of ['waiting', 'word', 'operations/word', 'test.v1.Approve'])
      expect((await lro('list', '--filter', word)).out).toContain(line);
    expect((await lro('list', '--filter', 'word')).out).toEqual([line]);
    expect((await lro('list', '--filter', 'failed')).lines).not.toContain('waiting');
    const [first] = (await lro('cancel', '--filter', 'word', '--dry-run')).out;
    expect(first).toBe('1 operation matches name = "operations/word" OR method = "word"');
  });

  it('lists the method and the state of each operation', async () => {
    await waiting('listed');
    const filter = 'name="operations/listed"';
    const { lines } = await lro('list', '--filter', filter);
    expect(lines).toBe('operations/listed  test.v1.Approve  waiting, attempt 1  {}');
    const [json] = (await lro('list', '--filter', filter, '--json')).out;
    expect(JSON.parse(json ?? '')).toMatchObject({
      ...{ name: 'operations/listed', method: 'test.v1.Approve', state: 'WAITING', metadata: {} },
    });
  });

  it('lists without method and state where the deployment is of a release that does not tell them', async () => {
    const refused = { field: 'view', message: 'view: must be BASIC or SUMMARY' };
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'INVALID_FIELD', metadata: refused },
    ];
    const error = { code: 400, status: 'INVALID_ARGUMENT', message: refused.message, details };
    const server = createServer(({ url }, response) => {
      const isRefused = url?.includes('view=FULL');
      response.writeHead(isRefused ? 400 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isRefused ? { error } : { operations: [{ name: 'operations/old' }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const said: string[] = [];
    const print = (text: string) => said.push(text);
    const code = await main(['list', '--url', `http://127.0.0.1:${port}`], { print, printError: print });
    expect({ code, said }).toEqual({ code: 0, said: ['operations/old  running  {}'] });
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(['many', '-1', '1.5'])('lists nothing with the limit %s, which is no number', async (limit) => {
    expect(await lro('list', `--limit=${limit}`)).toMatchObject({ code: 2, out: [] });
  });

  it('runs an operation that is over again, as a new one', async () => {
    const handle = await waiting('again');
    await lro('cancel', 'again');
    await expect(handle.result({ timeout: '30s' })).rejects.toMatchObject({ code: 'CANCELLED' });
    const { code, out } = await lro('rerun', 'again', '--from', 'START', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ name: 'operations/again~2', done: false });
    await lro('notify', 'again~2', 'answer', '{"ok":true}');
    const watched = await lro('watch', 'again~2');
    expect(watched.out.at(-1)).toBe('operations/again~2  done {"ok":true}');
    expect((await lro('rerun', 'again', '--from', 'NOWHERE')).code).toBe(2);
  });

  it('exports an operation to the screen, and to a file that only its owner can read', async () => {
    await waiting('kept');
    const { out } = await lro('export', 'kept');
    const kinds = out.map((line) => JSON.parse(line).kind);
    expect(kinds[0]).toBe('operation');
    expect(kinds.at(-1)).toBe('end');
    const folder = await mkdtemp(join(tmpdir(), 'lro-export-'));
    try {
      const output = join(folder, 'kept.ndjson');
      expect(await lro('export', 'kept', '--output', output)).toMatchObject({ code: 0, err: '' });
      expect((await readFile(output, 'utf8')).trimEnd().split('\n')).toEqual(out);
      expect((await stat(output)).mode & 0o077).toBe(0);
      expect(await lro('export', 'kept', '--output', output)).toMatchObject({
        code: 1,
        err: expect.stringContaining('EEXIST'),
      });
      expect((await lro('export', 'nobody', '--output', join(folder, 'nobody'))).code).toBe(1);
      expect(await readdir(folder)).toEqual(['kept.ndjson']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('erases an operation that has ended, after a question', async () => {
    const handle = await waiting('erased');
    expect(await lro('erase', 'erased', '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('cancel it'),
    });
    await lro('cancel', 'erased');
    await expect(handle.result({ timeout: '30s' })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await lro('erase', 'erased')).code).toBe(2);
    const refused = await lroAnswering(false, 'erase', 'erased');
    expect(refused).toMatchObject({ code: 1, err: 'nothing was done' });
    expect(refused.questions).toEqual(['Erase erased and all that is kept of it?']);
    expect((await lro('get', 'erased')).code).toBe(0);
    expect(await lroAnswering(true, 'erase', 'erased')).toMatchObject({
      ...{ code: 0, err: '', lines: 'operations/erased  erased' },
    });
    expect((await lro('get', 'erased')).code).toBe(1);
    expect((await lro('export', 'erased')).out.map((line) => JSON.parse(line).kind)).toEqual([
      ...['operation', 'end'],
    ]);
  });

  it('deletes an operation', async () => {
    await waiting('gone');
    expect(await lro('delete', 'gone')).toMatchObject({
      code: 0,
      err: '',
      lines: 'operations/gone  deleted',
    });
    expect((await lro('get', 'gone')).err).toContain('does not exist');
  });

  describe('with --filter', () => {
    /** Operations that wait, with a label of their own. */
    async function labelled(run: string, count: number): Promise<string> {
      const client = createOperations({ url: system.url });
      for (let index = 0; index < count; index++) {
        await client.create(
          approval,
          { by: 'me' },
          { operationId: `${run}-${index}`, labels: { run }, requestId: `${run}-${index}` },
        );
        await until('the wait', () => isWaiting(`${run}-${index}`));
      }
      return `labels.run = "${run}"`;
    }
    it('shows the matching operations, and changes nothing without --yes or a confirmation', async () => {
      const filter = await labelled('dry', 7);
      const dry = await lro('cancel', '--filter', filter, '--dry-run');
      expect(dry.code).toBe(0);
      expect(dry.out[0]).toBe(`7 operations match ${filter}`);
      expect(dry.out).toHaveLength(7);
      expect(dry.out.at(-1)).toBe('  and 2 more');

      const unattended = await lro('cancel', '--filter', filter);
      expect(unattended).toMatchObject({ code: 2, out: [] });
      expect(unattended.err).toContain('add --yes');
      expect(await lro('cancel', '--filter', filter, '--json')).toMatchObject({ code: 2 });

      const refused = await lroAnswering(false, 'cancel', '--filter', filter);
      expect(refused).toMatchObject({ code: 1, err: 'nothing was done' });
      expect(refused.questions).toEqual(['cancel 7 operations?']);
      expect(await stateOf('dry-0')).toBe('WAITING');
    });

    it('cancels all that match when a person says yes, and counts them', async () => {
      const filter = await labelled('yes', 2);
      const { code, out } = await lroAnswering(true, 'cancel', '--filter', filter);
      expect(out.at(-1)).toBe('2 of 2: 2 cancelled, 0 left as they were, 0 failed; done');
      expect(code).toBe(0);
      await until('both to end', async () => (await stateOf('yes-0')) === 'CANCELLED');
    });

    it('reruns all that match, and a repeat with the same request id reruns none', async () => {
      const filter = await labelled('more', 2);
      for (const id of ['more-0', 'more-1']) {
        await lro('cancel', id);
        await until('it to end', async () => (await stateOf(id)) === 'CANCELLED');
      }
      const rerun = ['rerun', '--filter', filter, '--from', 'START', '--yes', '--request-id', 'r1'];
      const first = await lro(...rerun);
      expect(first.out.at(-1)).toBe('2 of 2: 2 made again, 0 left as they were, 0 failed; done');
      const repeat = await lro(...rerun, '--json');
      const [matches, ...changes] = repeat.out.map((line) => JSON.parse(line));
      expect(matches).toMatchObject({ dryRun: true, action: 'rerun', filter });
      expect(changes.at(-1)).toMatchObject({ done: true, metadata: { doneCount: 2 } });
      expect(first.lines).toContain(changes.at(-1).name);
      expect((await lro('get', 'more-0~3')).code).toBe(1);

      const other = await lro('rerun', '--filter', 'done=true', '--yes', '--request-id', 'r1');
      expect(other).toMatchObject({ code: 2 });
      expect(other.err).toContain(`was already used with --filter ${filter}`);
    });

    it('deletes all that match, and fails if one could not be changed', async () => {
      const filter = await labelled('swept', 2);
      const { code, out } = await lro('delete', '--filter', filter, '--yes');
      expect(out.at(-1)).toBe('2 of 2: 2 deleted, 0 left as they were, 0 failed; done');
      expect(code).toBe(0);
      expect((await lro('list', '--filter', filter)).lines).toBe('');
    });
  });

  it('publishes an event', async () => {
    expect(await lro('publish', '{"operation":"operations/event","created":{}}')).toMatchObject({ code: 0 });
    await until('the operation', async () => (await lro('get', 'event')).code === 0);
  });

  it.each([
    ['list', ['--filter', '--limit', '--url', '--json', '--help']],
    ['get', ['--url', '--json', '--help']],
    ['init', ['--help']],
  ])('the help of %s has every flag that it takes', async (name, flags) => {
    const { out } = await lro(name, '--help');
    expect(
      out
        .join('\n')
        .match(/^ {2}--\w+/gm)
        ?.map((flag) => flag.trim()),
    ).toEqual(flags);
  });

  it.each([
    [['dead-letters', 'read'], 2, '"read" is neither'],
    [['dead-letters', 'publish'], 2, 'ID is missing'],
    [['dead-letters', 'discard', '1', '{}'], 2, '"{}" is an unexpected argument'],
    [['get', 'nothing'], 1, 'operations/nothing does not exist'],
    [['list', '--filter', 'colour="red"'], 1, 'no field "colour"'],
    [['get'], 2, 'NAME is missing'],
    [['get', 'a', 'b'], 2, '"b" is an unexpected argument'],
    [['cancel', 'a', '--colour=red'], 2, 'there is no flag --colour; lro cancel --help shows the flags'],
    [['get', 'a', '-c'], 2, 'there is no flag -c; lro get --help shows the flags'],
    [['cancel', '--filter', '', '--yes'], 2, '--filter must not be empty'],
    [['cancel', 'a', '--filter', ''], 2, '--filter must not be empty'],
    [['cancel'], 2, 'give either NAME or --filter'],
    [['cancel', 'a', '--filter', 'done=true'], 2, 'give either NAME or --filter'],
    [['delete', 'a', '--yes'], 2, '--yes is allowed only with --filter'],
    [['cancel', 'a', '--request-id', 'r'], 2, '--request-id is allowed only with --filter'],
    [['cancel', '--filter', 'colour="red"', '--yes'], 1, 'no field "colour"'],
    [['notify', 'a', 'b', '[1]'], 2, 'must be a JSON object'],
    [['publish', '{"operation":"operations/event","creatd":{}}'], 2, 'creatd'],
    [['publish', '{"operation":"operations/event"}'], 2, 'must have a kind'],
    [['nonsense'], 2, 'there is no command "nonsense"'],
    [['completion', 'fish'], 2, 'must be bash or zsh'],
  ])('%j fails with exit code %i and says %s', async (args, code, said) => {
    const answer = await lro(...args);
    expect(answer.err).toContain(said);
    expect(answer.code).toBe(code);
  });
});
