import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { errorOf, resultOf, runWorkflow } from './run.ts';
import { sendJson, startWebServer, type WebServer } from './web-server.ts';

const servers: WebServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(handle: Parameters<typeof startWebServer>[0]): Promise<WebServer> {
  const server = await startWebServer(handle);
  servers.push(server);
  return server;
}

/** A workflow that makes one call and returns the response. `args` is YAML flow. */
function calling(call: string, args: string): string {
  return `
- request:
    call: ${call}
    args: ${args}
    result: response
- answer:
    return: \${response}
`;
}

describe('http, "Make an HTTP request"', () => {
  it('returns exactly body, code and headers, with canonical header names', async () => {
    const server = await serve((_request, response) => sendJson(response, 200, { n: 1 }));
    const response = await resultOf(calling('http.get', `{url: "${server.url}/x"}`));
    expect(response).toMatchObject({ body: { n: 1 }, code: 200 });
    expect(Object.keys(response as object)).toEqual(['body', 'code', 'headers']);
    expect((response as { headers: object }).headers).toMatchObject({
      'Content-Type': 'application/json; charset=utf-8',
      'X-Request-Id': 'r1',
    });
  });

  it('keeps 64-bit integers of a JSON response', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":9007199254740993}');
    });
    const { result } = await runWorkflow(calling('http.get', `{url: "${server.url}"}`));
    expect(result).toContain('{"id":9007199254740993}');
  });

  it('encodes the query, headers and a JSON body', async () => {
    const server = await serve((_request, response) => sendJson(response, 201, {}));
    const args = `{url: "${server.url}/a?x=1", query: {q: "a b", n: 2}, headers: {X-Trace: t}, body: {k: [1, 2.5]}}`;
    await resultOf(calling('http.post', args));
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/a?x=1&q=a%20b&n=2', body: '{"k":[1,2.5]}' });
    expect(request?.headers).toMatchObject({
      'x-trace': 't',
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)',
    });
  });

  it.each([
    [
      'a string without a Content-Type as JSON',
      '{body: "text"}',
      '"text"',
      'application/json; charset=utf-8',
    ],
    [
      'bytes without a Content-Type as they are',
      `{body: "\${text.encode('raw')}"}`,
      'raw',
      'application/octet-stream',
    ],
    ['text as it is', '{headers: {Content-Type: text/plain}, body: "a b"}', 'a b', 'text/plain'],
    [
      'a form as it is',
      '{headers: {Content-Type: application/x-www-form-urlencoded}, body: "a=1&b=2"}',
      'a=1&b=2',
      'application/x-www-form-urlencoded',
    ],
    [
      'a map as a form',
      '{headers: {Content-Type: application/x-www-form-urlencoded}, body: {a: "x y&", n: 2, l: [p, q]}}',
      'a=x%20y%26&n=2&l=p&l=q',
      'application/x-www-form-urlencoded',
    ],
  ])('sends %s', async (_name, args, body, type) => {
    const server = await serve((_request, response) => sendJson(response, 200, {}));
    await resultOf(calling('http.put', args.replace('{', `{url: "${server.url}", `)));
    expect(server.requests[0]).toMatchObject({ method: 'PUT', body, headers: { 'content-type': type } });
  });

  it('appends its User-Agent to a given one, and takes any method', async () => {
    const server = await serve((_request, response) => sendJson(response, 200, {}));
    const args = `{method: DELETE, url: "${server.url}", headers: {User-Agent: mine}}`;
    await resultOf(calling('http.request', args));
    expect(server.requests[0]).toMatchObject({
      method: 'DELETE',
      headers: { 'user-agent': 'mine GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)' },
    });
  });

  it.each([
    ['a text as JSON', '{headers: {Content-Type: application/json}, body: "text"}', 'TypeError'],
    ['a text as an image', '{headers: {Content-Type: image/png}, body: "text"}', 'TypeError'],
    ['a body of bytes in JSON', `{body: {k: "\${text.encode('raw')}"}}`, 'TypeError'],
    ['a timeout above the limit', '{timeout: 1801}', 'ValueError'],
    ['a query that is no map', '{query: "a=1"}', 'TypeError'],
    ['a header with a line break', '{headers: {X: "a\\nb"}}', 'ValueError'],
  ])('refuses: %s', async (_name, args, tag) => {
    const error = await errorOf(calling('http.post', args.replace('{', '{url: "http://127.0.0.1:9", ')));
    expect(error).toMatchObject({ tags: [tag] });
  });

  it('gives text for text types and bytes for others', async () => {
    const server = await serve(({ url }, response) => {
      response.writeHead(200, { 'content-type': url === '/t' ? 'text/html' : 'image/png' }).end('é');
    });
    expect(await resultOf(calling('http.get', `{url: "${server.url}/t"}`))).toMatchObject({ body: 'é' });
    const png = calling('http.get', `{url: "${server.url}/png"}`).replace(
      '{response}',
      '{get_type(response.body)}',
    );
    expect(await resultOf(png)).toBe('bytes');
  });

  it('follows redirects, and returns invalid JSON as text (uncertain)', async () => {
    const server = await serve(({ url }, response) => {
      if (url === '/old') response.writeHead(302, { location: '/new' }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{broken');
    });
    const response = await resultOf(calling('http.get', `{url: "${server.url}/old"}`));
    expect(response).toMatchObject({ code: 200, body: '{broken' });
  });

  it('raises HttpError from status 400 on, with code, headers and body', async () => {
    const server = await serve((_request, response) => sendJson(response, 404, { why: 'gone' }));
    expect(await errorOf(calling('http.get', `{url: "${server.url}"}`))).toMatchObject({
      message: 'HTTP server responded with error code 404',
      tags: ['HttpError'],
      code: 404,
      headers: { 'X-Request-Id': 'r1' },
      body: { why: 'gone' },
    });
  });

  it.each([204, 304])('does not raise for status %i', async (status) => {
    const server = await serve((_request, response) => {
      response.writeHead(status).end();
    });
    expect(await resultOf(calling('http.get', `{url: "${server.url}"}`))).toMatchObject({ code: status });
  });

  it('sends the headers of the `authorize` hook, and no authorization without a hook', async () => {
    const server = await serve((_request, response) => sendJson(response, 200, {}));
    const source = calling('http.get', `{url: "${server.url}", auth: {type: OIDC, audience: a}}`);
    await resultOf(source);
    await resultOf(source, undefined, { authorize: async () => ({ authorization: 'Bearer token' }) });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer token']);
  });

  it('raises an AuthError if the `authorize` hook fails', async () => {
    const authorize = async () => {
      throw new Error('who are you?');
    };
    const source = calling('http.get', '{url: "http://127.0.0.1:9", auth: {type: OAuth2}}');
    expect(await errorOf(source, undefined, { authorize })).toMatchObject({
      tags: ['AuthError'],
      message: 'AuthError: who are you?',
    });
  });

  it('counts every call, retries included', async () => {
    const server = await serve((_request, response) => {
      sendJson(response, server.requests.length < 3 ? 503 : 200, {});
    });
    const execution = await runWorkflow(`
- attempt:
    try:
      call: http.get
      args: {url: "${server.url}"}
    retry: \${http.default_retry}
`);
    expect(execution).toMatchObject({ state: 'SUCCEEDED', httpCalls: 3 });
  });
});

describe('http failures, "Workflow errors"', () => {
  it('a refused connection is a ConnectionFailedError', async () => {
    const server = await startWebServer(() => {});
    await server.close();
    const error = await errorOf(calling('http.get', `{url: "${server.url}"}`));
    expect(error).toMatchObject({ tags: ['ConnectionFailedError'] });
  });

  it('a name that does not exist is a ConnectionFailedError', async () => {
    const error = await errorOf(calling('http.get', '{url: "http://no-such-host.invalid/"}'));
    expect(error).toMatchObject({ tags: ['ConnectionFailedError'] });
  });

  it('a connection that breaks is a ConnectionError', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const error = await errorOf(calling('http.get', `{url: "http://127.0.0.1:${port}"}`));
    await new Promise((resolve) => server.close(resolve));
    expect(error).toMatchObject({ tags: ['ConnectionError'] });
  });

  it('a response that breaks off is a ConnectionError', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const error = await errorOf(calling('http.get', `{url: "${server.url}"}`));
    expect(error).toMatchObject({ tags: ['ConnectionError'] });
  });

  it('a server that does not answer is a TimeoutError', async () => {
    const server = await serve(() => {});
    const error = await errorOf(calling('http.get', `{url: "${server.url}", timeout: 0.05}`));
    expect(error).toMatchObject({ tags: ['TimeoutError'] });
  });

  it('a response larger than the limit ends the execution', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(2 * 1024 * 1024 + 1));
    });
    const error = await errorOf(`
- attempt:
    try:
      call: http.get
      args: {url: "${server.url}"}
    except:
      as: e
      steps:
        - caught:
            return: "caught"
`);
    expect(error).toMatchObject({ tags: ['ResourceLimitError'] });
  });

  it.each(['not a url', 'ftp://example.com', '/relative'])('refuses the URL %s', async (url) => {
    expect(await errorOf(calling('http.get', `{url: "${url}"}`))).toMatchObject({ tags: ['ValueError'] });
  });
});
