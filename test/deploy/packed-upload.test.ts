import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type FunctionProcess, startFunction } from '../../bench/cold-start/function-process.ts';
import { buildPackedUpload, uploadedFiles } from '../../bench/cold-start/packed-upload.ts';
import { createTopology } from '../../local/emulators/pubsub.ts';
import { localTopology } from '../../shared/pubsub/topology.ts';
import { applySchema } from '../../shared/spanner/schema.ts';
import { installed } from './left-out.ts';

const spanner = inject('spannerEmulatorHost');
const pubsub = inject('pubsubEmulatorHost');
const id = `packed-${randomUUID().slice(0, 8)}`;

const ENVIRONMENT = {
  SPANNER_EMULATOR_HOST: spanner ?? '',
  PUBSUB_EMULATOR_HOST: pubsub ?? '',
  METADATA_SERVER_DETECTION: 'none',
  PROJECT_ID: id,
  SPANNER_INSTANCE: 'lro',
  SPANNER_DATABASE: 'lro',
  RESUME_URL: 'http://127.0.0.1:9/resume',
  WORKFLOWS_ENDPOINT: 'http://127.0.0.1:9',
  LOG_LEVEL: 'silent',
  // Cloud Run functions make it from the memory of the instance, which the build does not know.
  NODE_OPTIONS: '--max-old-space-size=409',
  ACCESS_AUDIENCES: '/projects/1/locations/us-central1/services/console',
  // The environment variables that the build sets for a function with an HTTP trigger.
  FUNCTION_SIGNATURE_TYPE: 'http',
};

let folder: string;
const functions = new Map<string, FunctionProcess>();

/** The output of the functions. */
const lines: string[] = [];

const TARGETS = ['on-lifecycle-event', 'operations', 'resume', 'sweep', 'console'];

describe.skipIf(!installed('gcloud') || !spanner || !pubsub)(
  'the upload, built and started from itself alone',
  () => {
    beforeAll(async () => {
      process.env.SPANNER_EMULATOR_HOST = spanner;
      const location = { project: id, instance: 'lro', database: 'lro' };
      const topology = {
        host: pubsub ?? '',
        project: id,
        topology: localTopology(),
        pushEndpoint: () => 'http://127.0.0.1:9',
      };
      [folder] = await Promise.all([
        buildPackedUpload({ withInstalledPackages: true }),
        applySchema(location),
        createTopology(topology),
      ]);
      const onLine = (line: string) => lines.push(line);
      for (const target of TARGETS) {
        functions.set(target, await startFunction(folder, target, ENVIRONMENT, { onLine }));
      }
    });

    afterAll(async () => {
      await Promise.all([...functions.values()].map((each) => each.stop()));
      if (folder) await rm(folder, { recursive: true });
    });

    it('contains exactly the files that the build reads', async () => {
      const files = await uploadedFiles();
      expect(files).toContain('package-lock.json');
      const roots = new Set(files.map((file) => file.split('/')[0]));
      const expected = ['console', 'functions', 'package-lock.json', 'package.json', 'proto', 'shared'];
      expect([...roots].sort()).toEqual([...expected, 'tsconfig.json']);
      expect(files.filter((file) => /generated|\.sql$|\.env|^shared\/client/.test(file))).toEqual([]);
    });

    it('becomes one bundle beside the functions-framework', async () => {
      const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      expect(Object.keys(dependencies)).toEqual(['@google-cloud/functions-framework']);
      const installed = await readdir(join(folder, 'node_modules/@google-cloud'));
      expect(installed).toEqual(['functions-framework']);
      expect(await readdir(join(folder, 'dist/functions'))).toEqual([
        'functions.cache',
        'functions.cjs',
        'functions.cjs.LEGAL.txt',
        'functions.cjs.map',
        'start.mjs',
      ]);
    });

    it('leaves the exporters of telemetry out, and says so with the lines of the sources', async () => {
      const { answer, printed } = await sweepOnceWith({ TELEMETRY: 'http://127.0.0.1:9' });
      expect(answer.status).toBe(500);
      expect(printed).toContain('the optional packages of OpenTelemetry are not installed');
      expect(printed).toMatch(/at (async )?open \(functions\/deployment\.ts:\d+:\d+\)/);
    });

    it('starts with the code cache of the build, whatever the size of the heap', async () => {
      expect(lines.join('\n')).not.toContain('refused the code cache');
    });

    it('starts without the code cache if V8 has other flags, and says so', async () => {
      const { answer, printed } = await sweepOnceWith({ NODE_OPTIONS: '--stack-trace-limit=20' });
      expect(answer.status).toBe(200);
      expect(printed).toContain('refused the code cache');
    });

    it('serves the pages of the console', async () => {
      const page = await fetch(`${functions.get('console')?.url}/`, { headers: { accept: 'text/html' } });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('console-config');
    });

    it('creates an operation, applies an event to it, and answers for it', async () => {
      const created = await post('operations', '/v1/operations', {
        operationId: 'one',
        method: 'packed.Test',
      });
      expect(created).toEqual({ status: 200, body: { name: 'operations/one' } });

      const event = JSON.stringify({ operation: 'operations/one', succeeded: {} });
      const message = {
        messageId: '1',
        publishTime: '2025-01-01T00:00:00Z',
        data: Buffer.from(event).toString('base64'),
      };
      const applied = await post(
        'on-lifecycle-event',
        '/',
        { message, subscription: 's' },
        {
          'ce-id': '1',
          'ce-source': `//pubsub.googleapis.com/projects/${id}/topics/operation-lifecycle`,
          'ce-specversion': '1.0',
          'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
        },
      );
      expect(applied.status).toBeLessThan(300);

      const polled = await post('operations', '/google.longrunning.Operations/GetOperation', {
        name: 'operations/one',
      });
      expect(polled.body).toMatchObject({ name: 'operations/one', done: true });
    });

    it('applies an event that Pub/Sub pushes, as the build of an HTTP function starts it', async () => {
      await post('operations', '/v1/operations', { operationId: 'pushed', method: 'packed.Test' });
      const data = Buffer.from(JSON.stringify({ operation: 'operations/pushed', succeeded: {} })).toString(
        'base64',
      );
      // The push endpoint of deploy.sh has the topic as its path.
      const applied = await post('on-lifecycle-event', `/projects/${id}/topics/operation-lifecycle`, {
        message: { messageId: '2', publishTime: '2025-01-01T00:00:00Z', data },
        subscription: `projects/${id}/subscriptions/on-lifecycle-event`,
        deliveryAttempt: 1,
      });
      expect(applied.status).toBe(204);
      const polled = await post('operations', '/google.longrunning.Operations/GetOperation', {
        name: 'operations/pushed',
      });
      expect(polled.body).toMatchObject({ name: 'operations/pushed', done: true });
    });

    it('dead-letters a pushed message without data, and acknowledges it', async () => {
      const pushed = await post('on-lifecycle-event', `/projects/${id}/topics/operation-lifecycle`, {
        message: { messageId: '3', publishTime: '2025-01-01T00:00:00Z', attributes: { a: 'b' } },
        subscription: `projects/${id}/subscriptions/on-lifecycle-event`,
      });
      expect(pushed.status).toBe(204);
    });

    it('resumes and sweeps', async () => {
      expect(await post('resume', '/', { data: {} })).toMatchObject({ status: 400 });
      const header = { 'x-alis-operation-id': 'one' };
      expect(await post('resume', '/', { data: {} }, header)).toEqual({
        status: 200,
        body: { resumed: false, reason: 'TERMINAL' },
      });
      expect(await post('sweep', '/', {})).toMatchObject({ status: 200 });
    });
  },
);

/** Of a separate process with other variables. */
async function sweepOnceWith(variables: Readonly<Record<string, string>>) {
  const printed: string[] = [];
  const onLine = (line: string) => printed.push(line);
  const { url, stop } = await startFunction(folder, 'sweep', { ...ENVIRONMENT, ...variables }, { onLine });
  try {
    const answer = await fetch(url, { method: 'POST' });
    await answer.arrayBuffer();
    return { answer, printed: printed.join('\n') };
  } finally {
    await stop();
  }
}

async function post(target: string, path: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${functions.get(target)?.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}
