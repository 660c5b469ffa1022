/** The console as a function: pages and API at one origin, for people whom Identity-Aware Proxy names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateOptionsBehindProxy } from '../../functions/access-settings.ts';
import { consoleFunction } from '../../functions/console.ts';
import type { Deployment } from '../../functions/deployment.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { IAP_ASSERTIONS } from '../../shared/access/identity.ts';
import { readPolicy } from '../../shared/access/policy-file.ts';
import { anyFromJson } from '../../shared/messages/json.ts';
import { Redaction } from '../../shared/messages/redaction.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { identity, token } from '../access/tokens.ts';
import { orchestratorOn, serve } from '../operations-api/api-under-test.ts';

const AUDIENCE = '/projects/1/locations/us-central1/services/console';
const ISSUER = 'https://cloud.google.com/iap';
const policy = readPolicy(
  Buffer.from(JSON.stringify({ bindings: [{ members: ['user:reader@example.com'], action: 'read' }] })),
);

describe('the console as a function', () => {
  let store: OperationStore;
  let url: string;
  let guarded: string;
  let stops: (() => Promise<void>)[];
  beforeAll(async () => {
    store = await openSqliteStore();
    const deployment = async (): Promise<Deployment> => ({
      orchestrator: orchestratorOn(store),
    });
    const gate = {
      access: policy,
      identity: identity({ audiences: [AUDIENCE], tokens: IAP_ASSERTIONS }, [ISSUER]),
    };
    const servers = await Promise.all(
      [consoleFunction(deployment, { pageTokenKey: 'a key' }), consoleFunction(deployment, { gate })].map(
        serve,
      ),
    );
    [url, guarded] = servers.map(({ port }) => `http://127.0.0.1:${port}`) as [string, string];
    stops = servers.map(({ stop }) => stop);
  });
  afterAll(async () => {
    await Promise.all(stops.map((stop) => stop()));
    await store.close();
  });

  const create = (headers: Record<string, string>) =>
    fetch(`${url}/v1/operations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
      body: '{"method":"m"}',
    });

  it('a browser asks for a page: gets it, under the Content-Security-Policy', async () => {
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('a browser calls without the token of the page: refused; with the token of any instance: done', async () => {
    expect((await create({})).status).toBe(403);
    const html = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
    const [, given = ''] = /&quot;token&quot;:&quot;([^&]+)&quot;/.exec(html) ?? [];
    const other = given.startsWith('a') ? given.replace('a', 'b') : given.replace(/^./, 'a');
    for (const wrong of [other, given.slice(1), `${given}a`, '']) {
      expect((await create({ 'x-console-token': wrong })).status).toBe(403);
    }
    expect((await create({ 'x-console-token': given })).status).toBe(200);
  });

  it('PAGE_TOKEN_KEY is not set: the page only shows', async () => {
    const acts = await fetch(`${guarded}/v1/operations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: guarded },
      body: '{}',
    });
    expect(await acts.json()).toMatchObject({ error: { message: 'The console is read-only here.' } });
  });

  it.each([
    ['no assertion', {}, 401],
    ['an assertion for another service', { aud: '/projects/1/locations/x/services/other' }, 401],
    ['a token of Google in its place', { iss: 'https://accounts.google.com' }, 401],
    ['a member whom the policy does not name', { email: 'other@example.com' }, 403],
    ['a member whom the policy names', {}, 200],
  ])('%s', async (what, claims, status) => {
    const assertion = token({
      ...{ iss: ISSUER, aud: AUDIENCE, email: 'reader@example.com', email_verified: undefined },
      ...claims,
    });
    const headers: Record<string, string> =
      what === 'no assertion' ? {} : { 'x-goog-iap-jwt-assertion': assertion };
    const answer = await fetch(`${guarded}/v1/operations/unknown`, { headers });
    // What the policy lets through does not exist.
    expect(answer.status).toBe(status === 200 ? 404 : status);
  });

  it('a policy without the audience of the proxy: refused at the start', async () => {
    await expect(gateOptionsBehindProxy({ CALLER_HELD_CALLS: '5' })).rejects.toThrow('ACCESS_AUDIENCES');
    await expect(gateOptionsBehindProxy({})).resolves.toMatchObject({ identity: undefined });
    const { identity: found } = await gateOptionsBehindProxy({
      CALLER_HELD_CALLS: '5',
      ACCESS_AUDIENCES: AUDIENCE,
    });
    await expect(found?.callerOf({})).rejects.toThrow('Identity-Aware Proxy');
  });

  it('REDACT names a part of a payload: no answer to any caller has it, and an export is refused', async () => {
    const plain = orchestratorOn(store);
    const redaction = new Redaction(['*.number', 'secret.v1.Run']);
    const orchestrator = { ...plain, policy: { ...plain.policy, redaction } };
    const deployment = async (): Promise<Deployment> => ({
      orchestrator,
    });
    const { port, stop } = await serve(consoleFunction(deployment, { pageTokenKey: 'a key' }));
    const struct = {
      '@type': 'type.googleapis.com/google.protobuf.Struct',
      value: { number: 'marker', x: 1 },
    };
    const metadata = anyFromJson(struct, 'metadata');
    for (const [name, method] of [
      ['operations/by-path', 'm'],
      ['operations/by-method', 'secret.v1.Run'],
    ] as const) {
      await plain.happens(name, { type: 'created', creation: { method, labels: {} }, metadata });
    }
    const texts = await Promise.all(
      ['operations', 'operations/by-path', 'operations/by-method'].map(async (path) =>
        (await fetch(`http://127.0.0.1:${port}/v1/${path}`)).text(),
      ),
    );
    const refused = await fetch(`http://127.0.0.1:${port}/v1/operations/by-path:export`);
    await stop();
    expect(texts.join()).not.toContain('marker');
    expect(JSON.parse(texts[1] ?? '').metadata.value).toEqual({ number: '[redacted]', x: 1 });
    expect(JSON.parse(texts[2] ?? '').metadata.value).toBe('[redacted]');
    expect(refused.status).toBe(403);
  });
});
