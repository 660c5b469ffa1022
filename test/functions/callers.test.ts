/** Who may call `resume`, `sweep` and the Operations API, as the environment says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerCheck, gateOptions } from '../../functions/access-settings.ts';
import { CallerCheck } from '../../functions/caller-check.ts';
import type { Deployment } from '../../functions/deployment.ts';
import { resume } from '../../functions/resume.ts';
import { sweep } from '../../functions/sweep.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { operationId } from '../../shared/lifecycle/operation-name.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { bearer, identity, token } from '../access/tokens.ts';
import {
  type OrchestratorUnderTest,
  orchestratorOn,
  serve,
  waitingFor,
} from '../operations-api/api-under-test.ts';
import { newName } from '../store/fixtures.ts';

const WORKFLOW = 'workflow@p.iam.gserviceaccount.com';

describe('a function that names its callers', () => {
  let store: OperationStore;
  let orchestrator: OrchestratorUnderTest;
  let url: string;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    store = await openSqliteStore();
    orchestrator = orchestratorOn(store);
    const deployment = async (): Promise<Deployment> => ({
      orchestrator,
    });
    const callers = new CallerCheck(identity(), [WORKFLOW]);
    const app = express();
    app.all('/resume', resume(deployment, callers)).all('/sweep', sweep(deployment, callers));
    const server = await serve(app);
    url = `http://127.0.0.1:${server.port}`;
    stop = server.stop;
  });
  afterAll(async () => {
    await stop();
    await store.close();
  });

  it.each([
    ['no token', {}, 401],
    [
      'a token for another audience',
      bearer(token({ email: WORKFLOW, aud: 'https://other.example.com' })),
      401,
    ],
    ['a token of another issuer', bearer(token({ email: WORKFLOW, iss: 'https://evil.example' })), 401],
    ['the token of another account', bearer(token({ email: 'other@p.iam.gserviceaccount.com' })), 403],
    ['an address that was not confirmed', bearer(token({ email: WORKFLOW, email_verified: false })), 403],
  ])('refuses %s, and ends nothing', async (_, headers, status) => {
    const operation = newName('kept');
    await orchestrator.happens(operation, waitingFor([newName('child')]));
    const id = { 'x-alis-operation-id': operationId(operation) };
    const answer = await fetch(`${url}/resume`, { method: 'POST', headers: { ...headers, ...id } });
    expect(answer.status).toBe(status);
    expect((await store.operation(operation))?.state).toBe('WAITING');
    expect((await fetch(`${url}/sweep`, { method: 'POST', headers })).status).toBe(status);
  });

  it('serves the account that it names', async () => {
    const headers = bearer(token({ email: WORKFLOW }));
    expect((await fetch(`${url}/sweep`, { method: 'POST', headers })).status).toBe(200);
  });
});

describe('the settings of access', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'access-'));
    await writeFile(join(folder, 'good.json'), '{"bindings":[]}');
    await writeFile(join(folder, 'bad.json'), '{"bindings":[{"members":["a@example.com"],"action":"read"}]}');
    await writeFile(
      join(folder, 'own.mjs'),
      'export const authorize = ({ email }, action, operation) => operation ? action === "read" : email && "state = RUNNING";',
    );
    await writeFile(join(folder, 'none.mjs'), 'export const other = 1;');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('check nothing if none is set', async () => {
    const gate = await gateOptions({});
    expect([gate.access, gate.identity]).toEqual([undefined, undefined]);
    expect(callerCheck({}, 'resume')).toBeUndefined();
    expect(callerCheck({ SWEEP_CALLERS: '' }, 'sweep')).toBeUndefined();
    expect(callerCheck({ RESUME_CALLERS: WORKFLOW }, 'resume')).toBeDefined();
  });

  it('read a policy, and a function of the user', async () => {
    expect((await gateOptions({ ACCESS_POLICY: join(folder, 'good.json') })).access).toBeDefined();
    const { access } = await gateOptions({ ACCESS_MODULE: join(folder, 'own.mjs') });
    const operation = { name: undefined, labels: {} };
    expect(await access?.authorize({ email: 'a@b.c' }, 'read', operation)).toBe(true);
    expect(await access?.authorize({ email: 'a@b.c' }, 'act', operation)).toBe(false);
    expect(await access?.authorize({ email: 'a@b.c' }, 'read', undefined)).toMatchObject({ kind: 'text' });
    // What is neither true nor a filter grants nothing.
    expect(await access?.authorize({}, 'read', undefined)).toBe(false);
  });

  it.each([
    ['a policy that breaks a rule', { ACCESS_POLICY: 'bad.json' }, 'bindings.0.members.0'],
    ['a policy that does not exist', { ACCESS_POLICY: 'absent.json' }, 'ACCESS_POLICY'],
    ['a module without the function', { ACCESS_MODULE: 'none.mjs' }, 'authorize'],
    ['both', { ACCESS_POLICY: 'good.json', ACCESS_MODULE: 'own.mjs' }, 'Only one of'],
    ['a limit that is no number', { CALLER_REQUESTS_PER_SECOND: 'many' }, 'CALLER_REQUESTS_PER_SECOND'],
    ['a limit of none', { CALLER_HELD_CALLS: '0' }, 'CALLER_HELD_CALLS'],
    ['a caller that is no address', { RESUME_CALLERS: 'workflow' }, 'RESUME_CALLERS'],
    ['an empty caller', { SWEEP_CALLERS: 'a@b.c,' }, 'SWEEP_CALLERS'],
  ])('refuse %s when they are read', async (_, given, named) => {
    const isFile = (name: string) => /\.m?js(on)?$/.test(name);
    const environment = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, isFile(value) ? join(folder, value) : value]),
    );
    await expect(gateOptions(environment)).rejects.toThrow(named);
  });
});
