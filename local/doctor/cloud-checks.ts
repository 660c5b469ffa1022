import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { validated } from '../../shared/messages/validated.ts';
import { cloudPath } from './cloud-path.ts';
import { deploy, deploySettings, gcloud } from './gcloud.ts';
import { type Finding, finding, missing, ok } from './report.ts';
import { sendTestEvent } from './round-trip.ts';

const FUNCTIONS = ['on-lifecycle-event', 'operations', 'resume', 'sweep'];

/** Whether a deployment is complete, is what this repository would deploy, and does its work. */
export async function* checkCloud(options: readonly string[]): AsyncGenerator<Finding> {
  const settings = await deploySettings(options);
  const resources = await deployedResources(options);
  yield* resources;
  yield workflowSource(settings);
  for (const name of FUNCTIONS) yield functionSettings(name, settings);
  if (resources.some(({ problem }) => problem !== undefined)) {
    yield missing('a test event', 'not sent, because of what is missing above: ./deploy.sh apply');
    return;
  }
  yield finding('a test event goes all the way through', async () => {
    await sendTestEvent(cloudPath(settings));
    return undefined;
  });
}

/** APIs, accounts, roles, schema, topics, policies and revisions: what `deploy.sh status` says of them. */
async function deployedResources(options: readonly string[]): Promise<readonly Finding[]> {
  let section = '';
  return (await deploy(['status', ...options])).split('\n').flatMap((line) => {
    if (line.startsWith('## ')) section = line.slice(3);
    const [, verdict, what = ''] = line.match(/^(ok|not yet) +(.*)$/) ?? [];
    if (verdict === 'ok') return [ok(`${section}: ${what}`)];
    return verdict === undefined ? [] : [missing(`${section}: ${what}`, './deploy.sh apply makes it')];
  });
}

function workflowSource(settings: ReadonlyMap<string, string>): Promise<Finding> {
  return finding('the deployed workflow is workflows/parallel-poll.yaml', async () => {
    const source = await gcloud(
      ...['workflows', 'describe', settings.get('WORKFLOW') ?? '', ...place('--location', settings)],
      '--format=value(sourceContents)',
    );
    const ours = await readFile('workflows/parallel-poll.yaml', 'utf8');
    return source.trim() === ours.trim() ? undefined : 'somebody has deployed another one';
  });
}

const described = v.object({
  buildConfig: v.object({ runtime: v.string() }),
  serviceConfig: v.object({
    availableMemory: v.string(),
    timeoutSeconds: v.number(),
    maxInstanceCount: v.optional(v.number(), 0),
    minInstanceCount: v.optional(v.number(), 0),
    maxInstanceRequestConcurrency: v.number(),
    ingressSettings: v.optional(v.string()),
    environmentVariables: v.optional(v.record(v.string(), v.string()), {}),
  }),
});

/** Settings that somebody may have changed by hand since. */
function functionSettings(name: string, settings: ReadonlyMap<string, string>): Promise<Finding> {
  return finding(`the settings of ${name}`, async () => {
    const answer = await gcloud(
      ...['functions', 'describe', name, '--v2', ...place('--region', settings), '--format=json'],
    );
    const { buildConfig, serviceConfig } = validated(described, JSON.parse(answer), 'the answer');
    const { environmentVariables } = serviceConfig;
    const actual: Record<string, string> = {
      RUNTIME: buildConfig.runtime,
      MEMORY: serviceConfig.availableMemory,
      TIMEOUT: String(serviceConfig.timeoutSeconds),
      MAX_INSTANCES: String(serviceConfig.maxInstanceCount),
      MIN_INSTANCES: String(serviceConfig.minInstanceCount),
      CONCURRENCY: String(serviceConfig.maxInstanceRequestConcurrency),
    };
    for (const variable of settings.keys()) {
      const value = environmentVariables[variable];
      if (value !== undefined) actual[variable] = value;
    }
    const different = Object.entries(actual).filter(([key, value]) => settings.get(key) !== value);
    if (different.length === 0) return undefined;
    return different.map(([key, value]) => `${key} is ${value} and not ${settings.get(key)}`).join(', ');
  });
}

function place(flag: string, settings: ReadonlyMap<string, string>): readonly string[] {
  return [`${flag}=${settings.get('REGION')}`, `--project=${settings.get('PROJECT_ID')}`];
}
