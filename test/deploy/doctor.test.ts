import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { REPOSITORY, runDoctor, SampleProject, SETTINGS } from './deployment.ts';
import { withoutBash } from './left-out.ts';

describe('npm run doctor -- --local', () => {
  let system: LocalSystem;
  beforeAll(async () => {
    system = await startEmbeddedSystem({ push: true, logLevel: 'silent' });
  });
  afterAll(() => system?.stop());

  it('finds nothing missing in a system that works, with a test event that goes all the way through', async () => {
    const { code, stdout } = await runDoctor(['--local', system.url], REPOSITORY, process.env);
    expect(stdout).toContain('ok       a test event goes all the way through');
    expect(stdout).toContain('Nothing is missing.');
    expect(code).toBe(0);
  });

  it('says that nobody is there', async () => {
    const { code, stdout } = await runDoctor(['--local=http://127.0.0.1:9'], REPOSITORY, process.env);
    expect(stdout).toMatch(/^missing {2}a system at http:\/\/127\.0\.0\.1:9: /);
    expect(code).toBe(1);
  });
});

describe.skipIf(withoutBash('the doctor of a deployment'))('npm run doctor', () => {
  let project: SampleProject;
  beforeEach(async () => {
    project = await SampleProject.create();
    await project.deploy(['apply', ...SETTINGS]);
    for (const name of ['on-lifecycle-event', 'operations', 'resume', 'sweep']) {
      await project.write(`function.${name}.json`, JSON.stringify(AS_DEPLOYED));
    }
  });
  afterEach(() => project.remove());

  it('finds nothing missing in a deployment that works, and leaves nothing behind', async () => {
    const before = (await project.content()).subscriptions;
    const { code, stdout, stderr } = await project.doctor(SETTINGS);
    expect(stderr).toBe('');
    expect(stdout).toContain('ok       Spanner: schema 0001_operations');
    expect(stdout).toContain('ok       the settings of on-lifecycle-event');
    expect(stdout).toContain('ok       a test event goes all the way through');
    expect(code).toBe(0);
    expect((await project.content()).subscriptions).toEqual(before);
  });

  it('names what is missing or different, and then sends no event', async () => {
    await project.write('topics', '');
    await project.write('workflow-suffix', '# changed by hand\n');
    const changed = {
      ...AS_DEPLOYED,
      serviceConfig: { ...AS_DEPLOYED.serviceConfig, availableMemory: '256Mi' },
    };
    await project.write('function.resume.json', JSON.stringify(changed));
    const { code, stdout } = await project.doctor(SETTINGS);
    expect(stdout).toContain('missing  Topics: Signals to workers: ./deploy.sh apply makes it');
    expect(stdout).toMatch(/^missing {2}the deployed workflow is workflows\/parallel-poll.yaml/m);
    expect(stdout).toContain('missing  the settings of resume: MEMORY is 256Mi and not 512Mi');
    expect(stdout).toContain('missing  a test event: not sent');
    expect(code).toBe(1);
  });

  it('says which setting of its own is wrong', async () => {
    const { code, stderr } = await project.doctor(['--project-id=x']);
    expect(code).toBe(1);
    expect(stderr).toContain('PROJECT_ID must be');
  });
});

const AS_DEPLOYED = {
  buildConfig: { runtime: 'nodejs22' },
  serviceConfig: {
    availableMemory: '512Mi',
    timeoutSeconds: 60,
    maxInstanceCount: 20,
    maxInstanceRequestConcurrency: 80,
    environmentVariables: { PROJECT_ID: 'sample-project', PUSH: 'on', LOG_EXECUTION_ID: 'true' },
  },
};
