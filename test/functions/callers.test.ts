/** Who may call `resume`, `sweep` and the Operations API, as the environment says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest';
import { callerCheck, gateOptions } from '../../functions/access-settings.ts';
import { CallerCheck } from '../../functions/caller-check.ts';
import type { Deployment } from '../../functions/deployment.ts';
import { resume } from '../../functions/resume.ts';
import { sweep } from '../../functions/sweep.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { operationId } from '../../shared/lifecycle/operation-name.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { bearer, identity, strippedToken, token } from '../access/tokens.ts';
import {
  type OrchestratorUnderTest,
  orchestratorOn,
  serve,
  waitingFor,
} from '../operations-api/api-under-test.ts';
import { newName } from '../store/fixtures.ts';

const WORKFLOW = 'workflow@p.iam.gserviceaccount.com';
const SCHEDULER = 'scheduler@p.iam.gserviceaccount.com';
/** There, the signature of a token has been checked and removed. */
const ON_CLOUD_RUN = { K_SERVICE: 'function' };

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

  it('logs that it refused a call, and not the token', async () => {
    const logged: object[] = [];
    Object.assign(orchestrator.log, { warn: (fields: object) => logged.push(fields) });
    const strangers = bearer(token({ email: 'other@p.iam.gserviceaccount.com' }));
    for (const headers of [{}, strangers]) await fetch(`${url}/sweep`, { method: 'POST', headers });
    expect(logged).toEqual([{ reason: expect.any(String) }, { reason: expect.any(String) }]);
    expect(JSON.stringify(logged)).not.toContain('eyJ');
  });

  it('refuses a call also if no deployment can be built, and so nothing can be logged', async () => {
    const away = async (): Promise<Deployment> => Promise.reject(new Error('no settings'));
    const server = await serve(express().all('/sweep', sweep(away, new CallerCheck(identity(), [WORKFLOW]))));
    const answer = await fetch(`http://127.0.0.1:${server.port}/sweep`, { method: 'POST' });
    expect(answer.status).toBe(401);
    await server.stop();
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
    await writeFile(
      join(folder, 'teams.mjs'),
      `const TEAMS = { 'a@b.c': ['x', 'y'], 'new@b.c': [] };
       export const authorize = ({ email }, action, operation) =>
         !operation && (TEAMS[email] ?? []).map((team) => 'labels.team = "' + team + '"').join(' OR ');`,
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

  it('grant nothing by the empty filter of a function, as for a caller without a team', async () => {
    const { access } = await gateOptions({ ACCESS_MODULE: join(folder, 'teams.mjs') });
    expect(await access?.authorize({ email: 'a@b.c' }, 'read', undefined)).toMatchObject({ kind: 'any' });
    expect(await access?.authorize({ email: 'new@b.c' }, 'administer', undefined)).toBe(false);
  });

  it('accept the audiences that are named, and no other', async () => {
    const given = {
      ...ON_CLOUD_RUN,
      CALLER_HELD_CALLS: '5',
      ACCESS_AUDIENCES: 'https://a.example, https://b.example',
    };
    const { identity: found } = await gateOptions(given);
    const withAudience = (aud: string) => found?.callerOf(bearer(strippedToken({ aud, email: WORKFLOW })));
    expect(await withAudience('https://a.example')).toMatchObject({ email: WORKFLOW });
    expect(await withAudience('https://b.example')).toMatchObject({ email: WORKFLOW });
    await expect(withAudience('https://c.example')).rejects.toMatchObject({ code: 16 });
  });

  it.each([
    ['ACCESS_POLICY', 'good.json'],
    ['ACCESS_MODULE', 'own.mjs'],
    ['CALLER_REQUESTS_PER_SECOND', '0.5'],
    ['CALLER_HELD_CALLS', '5'],
  ])('require a token if %s is set', async (name, value) => {
    const { identity: found } = await gateOptions({
      [name]: /[a-z]/.test(value) ? join(folder, value) : value,
    });
    await expect(found?.callerOf({})).rejects.toMatchObject({ code: 16 });
  });

  it.each([
    ['a policy that breaks a rule', { ACCESS_POLICY: 'bad.json' }, 'bindings.0.members.0'],
    ['a policy that does not exist', { ACCESS_POLICY: 'absent.json' }, 'ACCESS_POLICY'],
    ['a module without the function', { ACCESS_MODULE: 'none.mjs' }, 'authorize'],
    ['both', { ACCESS_POLICY: 'good.json', ACCESS_MODULE: 'own.mjs' }, 'Only one of'],
    ['a limit that is no number', { CALLER_REQUESTS_PER_SECOND: 'many' }, 'CALLER_REQUESTS_PER_SECOND'],
    ['a limit of none', { CALLER_HELD_CALLS: '0' }, 'CALLER_HELD_CALLS'],
    ['a caller that is no address', { RESUME_CALLERS: 'workflow' }, 'RESUME_CALLERS'],
    ['an endless limit', { CALLER_REQUESTS_PER_SECOND: 'Infinity' }, 'CALLER_REQUESTS_PER_SECOND'],
    ['an empty caller', { SWEEP_CALLERS: 'a@b.c,' }, 'SWEEP_CALLERS'],
    ['a caller without a name', { SWEEP_CALLERS: 'a@b.c,@b.c' }, 'SWEEP_CALLERS'],
    ['a caller without a domain', { SWEEP_CALLERS: 'a@' }, 'SWEEP_CALLERS'],
    ['two callers with a space between them', { SWEEP_CALLERS: 'a@b.c d@e.f' }, 'SWEEP_CALLERS'],
    ['a caller in upper case, which no token has', { RESUME_CALLERS: 'A@b.c' }, 'RESUME_CALLERS'],
    ['an empty audience', { ACCESS_AUDIENCES: 'https://a.example,' }, 'ACCESS_AUDIENCES'],
  ])('refuse %s when they are read', async (_, given, named) => {
    const isFile = (name: string) => /\.m?js(on)?$/.test(name);
    const environment = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, isFile(value) ? join(folder, value) : value]),
    );
    await expect(gateOptions(environment)).rejects.toThrow(named);
  });
});

describe('the settings of the callers of resume and sweep', () => {
  const settings = {
    RESUME_CALLERS: `${WORKFLOW}, second@p.iam.gserviceaccount.com`,
    RESUME_AUDIENCE: 'https://resume.example',
    SWEEP_CALLERS: SCHEDULER,
    SWEEP_AUDIENCE: 'https://sweep.example',
  };
  const check = (target: 'resume' | 'sweep', claims: object, given: object = settings) =>
    callerCheck({ ...ON_CLOUD_RUN, ...given }, target)?.check(bearer(strippedToken({ ...claims })));

  it.each([
    ['resume', WORKFLOW, 'https://resume.example'],
    ['resume', 'second@p.iam.gserviceaccount.com', 'https://resume.example'],
    ['sweep', SCHEDULER, 'https://sweep.example'],
  ] as const)('let %s be called by %s with a token for %s', async (target, email, aud) => {
    await expect(check(target, { email, aud })).resolves.toBeUndefined();
  });

  it.each([
    ['resume', SCHEDULER, 'https://resume.example', 'AccessDenied'],
    ['sweep', WORKFLOW, 'https://sweep.example', 'AccessDenied'],
    ['resume', WORKFLOW, 'https://sweep.example', 'CallRefused'],
    ['sweep', SCHEDULER, 'https://resume.example', 'CallRefused'],
  ] as const)('do not let %s be called by %s with a token for %s', async (target, email, aud, name) => {
    await expect(check(target, { email, aud })).rejects.toMatchObject({ name });
  });

  it('accept any audience if none is set', async () => {
    const { RESUME_CALLERS, SWEEP_CALLERS } = settings;
    const aud = 'https://other.example';
    await expect(check('resume', { email: WORKFLOW, aud }, { RESUME_CALLERS })).resolves.toBeUndefined();
    await expect(check('sweep', { email: SCHEDULER, aud }, { SWEEP_CALLERS })).resolves.toBeUndefined();
  });

  it('have the signature of a token checked by Google where Cloud Run does not check it', async () => {
    vi.spyOn(OAuth2Client.prototype, 'getFederatedSignonCertsAsync').mockResolvedValue({
      certs: {},
    } as never);
    const verify = vi.spyOn(OAuth2Client.prototype, 'verifySignedJwtWithCertsAsync') as MockInstance;
    const elsewhere = callerCheck({ SWEEP_CALLERS: SCHEDULER }, 'sweep');
    const headers = bearer(strippedToken({ email: SCHEDULER }));
    verify.mockRejectedValueOnce(new Error('Invalid token signature'));
    await expect(elsewhere?.check(headers)).rejects.toMatchObject({ code: 16 });
    const claims = { iss: 'https://accounts.google.com', aud: 'x', exp: 9_999_999_999 };
    const payload = { ...claims, email: SCHEDULER, email_verified: true };
    verify.mockResolvedValueOnce({ getPayload: () => payload });
    await expect(elsewhere?.check(headers)).resolves.toBeUndefined();
  });
});
