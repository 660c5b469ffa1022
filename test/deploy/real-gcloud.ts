/**
 * Runs the gcloud that is installed, with a server of the test instead of Google's APIs. gcloud parses and checks a command
 * before its first call, so a command that reaches the server is valid. An invalid command prints the reason, and ends
 * with exit code 2 if its words or flags are wrong.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { GcloudProcess } from './gcloud-process.ts';

/** The services that gcloud calls for deploy.sh, as its property section api_endpoint_overrides has them. */
const SERVICES = [
  ...[
    'artifactregistry',
    'cloudfunctions',
    'cloudkms',
    'cloudresourcemanager',
    'cloudscheduler',
    'cloudtasks',
    'iam',
  ],
  ...['iap', 'logging', 'monitoring', 'pubsub', 'run', 'secretmanager', 'serviceusage', 'spanner'],
  ...['workflowexecutions', 'workflows'],
];

/** The answer of the server to all other requests. */
const REACHED = 'the command has reached the API';

export type Verdict = 'understood' | 'wrong usage' | 'something else';

export interface Outcome {
  readonly verdict: Verdict;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** The URL of the test's server. */
  readonly origin: string;
  readonly body: Buffer;
}

/** Returns the answer of an API, or undefined if the test has none. */
export type Answer = (request: ApiRequest) => { status?: number; body: object } | undefined;

export interface RealGcloud {
  /** Runs a command after those before it, in one process of gcloud. */
  run(args: readonly string[]): Promise<Outcome>;
  close(): Promise<void>;
}

/** @param cwd where the files are that commands name. */
export async function realGcloud(cwd: string, answer: Answer = () => undefined): Promise<RealGcloud> {
  const refusal = { error: { code: 403, status: 'PERMISSION_DENIED', message: REACHED } };
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests++;
    const { method = '', headers, url = '' } = request;
    const origin = `http://${headers.host}`;
    const path = new URL(url, origin).pathname;
    const found = answer({ method, path, origin, body: await buffer(request) });
    const { status = 200, body } = found ?? { status: 403, body: refusal };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const config = await mkdtemp(join(tmpdir(), 'lro-gcloud-'));
  await writeFile(join(config, 'token'), 'no token at all');
  const env = {
    PATH: process.env.PATH,
    HOME: config,
    CLOUDSDK_CONFIG: config,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(config, 'token'),
    http_proxy: `http://127.0.0.1:${port}`,
    no_proxy: '127.0.0.1',
    ...Object.fromEntries(
      SERVICES.map((name) => [
        `CLOUDSDK_API_ENDPOINT_OVERRIDES_${name.toUpperCase()}`,
        // For Cloud Run gcloud puts the region before the host. Such a host is reached through a proxy: the server again.
        name === 'run' ? 'http://run.invalid/' : `http://127.0.0.1:${port}/`,
      ]),
    ),
  };
  const gcloud = await GcloudProcess.start(cwd, env);
  return {
    async run(args) {
      const before = requests;
      const { code, ...printed } = await gcloud.run(args);
      const reached = requests > before;
      return { verdict: reached ? 'understood' : verdictOf(code, printed.stderr), ...printed };
    },
    async close() {
      await gcloud.close();
      await new Promise((resolve) => server.close(resolve));
      await rm(config, { recursive: true });
    },
  };
}

function verdictOf(code: number | null, stderr: string): Verdict {
  if (code === 0 || stderr.includes(REACHED)) return 'understood';
  return code === 2 ? 'wrong usage' : 'something else';
}
