import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadedFiles } from '../../bench/cold-start/packed-upload.ts';
import { REPOSITORY, SampleProject, SETTINGS } from './deployment.ts';
import { installed } from './left-out.ts';
import { type Answer, type RealGcloud, realGcloud } from './real-gcloud.ts';

const HERE = '/v2/projects/sample-project/locations/us-central1';

/** A function to which its operator has added a variable. */
const RESUME = {
  name: 'projects/sample-project/locations/us-central1/functions/resume',
  environment: 'GEN_2',
  state: 'ACTIVE',
  buildConfig: { runtime: 'nodejs22', entryPoint: 'resume' },
  serviceConfig: { environmentVariables: { RESUME_CALLERS: 'workflow@p.example', PUSH: 'off' } },
};

/** What was created or changed, and what was uploaded for it. */
const created: Record<string, unknown>[] = [];
const changed: { serviceConfig?: { environmentVariables?: Record<string, string> } }[] = [];
const uploads: Buffer[] = [];

/** As much of the Cloud Functions API as it takes to create a function. */
const cloudFunctions: Answer = ({ method, path, origin, body }) => {
  if (path === `${HERE}/runtimes`)
    return { body: { runtimes: [{ name: 'nodejs22', environment: 'GEN_2' }] } };
  if (path === '/v1/projects/sample-project')
    return { body: { projectId: 'sample-project', projectNumber: '123456789012' } };
  if (path.includes('/services/')) return { body: { state: 'ENABLED' } };
  if (path.endsWith(':generateUploadUrl'))
    return { body: { uploadUrl: `${origin}/upload`, storageSource: { bucket: 'b', object: 'o.zip' } } };
  if (path === '/upload') {
    uploads.push(body);
    return { body: {} };
  }
  if (method === 'POST' && path === `${HERE}/functions`) {
    created.push(JSON.parse(String(body)));
    return undefined;
  }
  if (path === `${HERE}/functions/resume` && method === 'GET') return { body: RESUME };
  if (method === 'PATCH') {
    changed.push(JSON.parse(String(body)));
    return undefined;
  }
  return method === 'GET' ? { status: 404, body: { error: { code: 404, status: 'NOT_FOUND' } } } : undefined;
};

const CENTRAL_HEADER = Buffer.from('PK\x01\x02', 'latin1');

let gcloud: RealGcloud;
let deployment: readonly string[];
let deploymentOfResume: readonly string[];

describe.skipIf(!installed('gcloud'))('what the real gcloud asks of Cloud Functions', () => {
  beforeAll(async () => {
    gcloud = await realGcloud(REPOSITORY, cloudFunctions);
    const project = await SampleProject.create();
    await project.deploy([
      'apply',
      ...SETTINGS,
      '--allowed-hosts=a.example.com,*.b.example.com',
      '--telemetry=http://collector.example.com:4318',
    ]);
    const deploymentOf = (name: string) =>
      project.google.calls.find((call) => call.join(' ').startsWith(`functions deploy ${name}`)) ?? [];
    deployment = deploymentOf('on-lifecycle-event');
    deploymentOfResume = deploymentOf('resume');
    await project.remove();
  });
  afterAll(() => gcloud.close());

  it('is a function as the plan has it, made of the upload alone', async () => {
    const { verdict, stderr } = await gcloud.run(deployment);
    expect(verdict, stderr).toBe('understood');
    expect(created).toEqual([
      {
        name: expect.stringMatching(/functions\/on-lifecycle-event$/),
        labels: expect.objectContaining({ lro_revision: expect.stringMatching(/^[0-9a-f]{40}$/) }),
        buildConfig: expect.objectContaining({
          runtime: 'nodejs22',
          entryPoint: 'on-lifecycle-event',
          serviceAccount:
            'projects/sample-project/serviceAccounts/lro-build@sample-project.iam.gserviceaccount.com',
          dockerRepository: 'projects/sample-project/locations/us-central1/repositories/lro-orchestrator',
          source: { storageSource: { bucket: 'b', object: 'o.zip' } },
          environmentVariables: { NPM_CONFIG_INCLUDE: 'optional' },
        }),
        serviceConfig: expect.objectContaining({
          availableCpu: '1',
          availableMemory: '1Gi',
          maxInstanceCount: 20,
          maxInstanceRequestConcurrency: 12,
          ingressSettings: 'ALLOW_INTERNAL_ONLY',
          serviceAccountEmail: 'lro-events@sample-project.iam.gserviceaccount.com',
          timeoutSeconds: 60,
          environmentVariables: expect.objectContaining({
            ALLOWED_HOSTS: 'a.example.com,*.b.example.com',
            TELEMETRY: 'http://collector.example.com:4318',
            RESUME_URL: 'https://resume-123456789012.us-central1.run.app',
          }),
        }),
      },
    ]);
    const uploaded = filesIn(uploads[0] ?? Buffer.alloc(0));
    expect(uploaded).toContain('functions/index.ts');
    expect(uploaded).toEqual([...(await uploadedFiles())].sort());
  });

  it('keeps what an operator has added to the environment, such as who may call, and changes the settings', async () => {
    const { verdict, stderr } = await gcloud.run(deploymentOfResume);
    expect(verdict, stderr).toBe('understood');
    expect(changed.map(({ serviceConfig }) => serviceConfig?.environmentVariables)).toEqual([
      expect.objectContaining({ RESUME_CALLERS: 'workflow@p.example', PUSH: 'on', TIMEOUT_SECONDS: '60' }),
    ]);
  });
});

/** The files that the central directory of a zip names. */
function filesIn(zip: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = zip.indexOf(CENTRAL_HEADER); at >= 0; at = zip.indexOf(CENTRAL_HEADER, at + 46)) {
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)));
  }
  return names.filter((name) => !name.endsWith('/')).sort();
}
