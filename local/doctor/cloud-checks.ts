import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { readSettings } from '../../functions/settings.ts';
import { validated } from '../../shared/messages/validated.ts';
import { cloudPath } from './cloud-path.ts';
import { deployScript } from './deploy-script.ts';
import { deploy, deploySettings, gcloud } from './gcloud.ts';
import { type Finding, finding, missing, ok } from './report.ts';
import { sendTestEvent } from './round-trip.ts';

/** The functions, and the setting that says from where each may be called. Without a setting: only from within the project. */
const INGRESS: Readonly<Record<string, string | undefined>> = {
  'on-lifecycle-event': undefined,
  operations: 'OPERATIONS_INGRESS',
  resume: 'RESUME_INGRESS',
  sweep: undefined,
};

/** Checks that a deployment is complete, matches this repository, and does its work. */
export async function* checkCloud(options: readonly string[]): AsyncGenerator<Finding> {
  const settings = await deploySettings(options);
  const resources = await deployedResources(options);
  yield finding('the settings are as the functions read them', async () => problemOfSettings(settings));
  yield* resources;
  yield workflowSource(settings);
  for (const name of Object.keys(INGRESS)) yield functionSettings(name, settings);
  if (resources.some(({ problem }) => problem !== undefined)) {
    yield missing(
      'a test event',
      `not sent, because of what is missing above: ${deployScript().command} apply`,
    );
    return;
  }
  yield finding('a test event goes all the way through', async () => {
    await sendTestEvent(cloudPath(settings));
    return undefined;
  });
}

/**
 * Reports what `deploy.sh status` finds about APIs, accounts, roles, schema, topics, policies, alerts and revisions. For a
 * problem that deploy.sh does not change, such as a grant to everyone, the finding says how to fix it.
 */
async function deployedResources(options: readonly string[]): Promise<readonly Finding[]> {
  let section = '';
  return (await deploy(['status', ...options])).split('\n').flatMap((line) => {
    if (line.startsWith('## ')) section = line.slice(3);
    const [, verdict, what = ''] = line.match(/^(ok|not yet|wrong) +(.*)$/) ?? [];
    if (verdict === 'ok') return [ok(`${section}: ${what}`)];
    if (verdict === 'not yet')
      return [missing(`${section}: ${what}`, `${deployScript().command} apply makes it`)];
    const [, problem = what, remedy = ''] = what.match(/^(.*?): (.*)$/) ?? [];
    return verdict === 'wrong' ? [missing(`${section}: ${problem}`, remedy)] : [];
  });
}

/**
 * deploy.sh knows only the common public suffixes, and the functions know all of them. So ALLOWED_HOSTS is checked here once
 * more.
 */
function problemOfSettings(settings: ReadonlyMap<string, string>): string | undefined {
  const given = Object.fromEntries(settings);
  const url = 'https://url-of-a-function.example.com';
  try {
    readSettings({
      ...given,
      LOCATION: given.REGION,
      TASKS_SERVICE_ACCOUNT: 'scheduler',
      RESUME_URL: url,
      SWEEP_URL: url,
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n').slice(1).join(';').trim() : String(error);
  }
}

function workflowSource(settings: ReadonlyMap<string, string>): Promise<Finding> {
  return finding('the deployed workflow is workflows/parallel-poll.yaml', async () => {
    const source = await gcloud(
      'workflows',
      'describe',
      settings.get('WORKFLOW') ?? '',
      ...place('--location', settings),
      '--format=value(sourceContents)',
    );
    const ours = await readFile(join(dirname(deployScript().path), 'workflows/parallel-poll.yaml'), 'utf8');
    return source.trim() === ours.trim() ? undefined : 'another version is deployed';
  });
}

const described = v.object({
  buildConfig: v.object({ runtime: v.string() }),
  serviceConfig: v.object({
    availableMemory: v.string(),
    availableCpu: v.optional(v.string()),
    timeoutSeconds: v.number(),
    maxInstanceCount: v.optional(v.number(), 0),
    minInstanceCount: v.optional(v.number(), 0),
    maxInstanceRequestConcurrency: v.number(),
    ingressSettings: v.optional(v.string()),
    environmentVariables: v.optional(v.record(v.string(), v.string()), {}),
  }),
});

/** Checks settings that a person may have changed by hand after the deployment. */
function functionSettings(name: string, settings: ReadonlyMap<string, string>): Promise<Finding> {
  return finding(`the settings of ${name}`, async () => {
    const answer = await gcloud(
      'functions',
      'describe',
      name,
      '--v2',
      ...place('--region', settings),
      '--format=json',
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
    if (serviceConfig.availableCpu) actual.CPU = serviceConfig.availableCpu;
    for (const variable of settings.keys()) {
      const value = environmentVariables[variable];
      if (value !== undefined) actual[variable] = value;
    }
    const different = Object.entries(actual)
      .filter(([key, value]) => settings.get(key) !== value)
      .map(([key, value]) => `${key} is ${value} and not ${settings.get(key)}`);
    const ingress = settings.get(INGRESS[name] ?? '') ?? 'internal-only';
    if (serviceConfig.ingressSettings !== API_INGRESS[ingress]) {
      different.push(
        `ingress is ${serviceConfig.ingressSettings ?? 'ALLOW_ALL'} and not ${API_INGRESS[ingress]}`,
      );
    }
    return different.join(', ') || undefined;
  });
}

/**
 * The ingress settings of the Cloud Functions API:
 * https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions#IngressSettings
 */
const API_INGRESS: Readonly<Record<string, string>> = {
  all: 'ALLOW_ALL',
  'internal-only': 'ALLOW_INTERNAL_ONLY',
  'internal-and-gclb': 'ALLOW_INTERNAL_AND_GCLB',
};

function place(flag: string, settings: ReadonlyMap<string, string>): readonly string[] {
  return [`${flag}=${settings.get('REGION')}`, `--project=${settings.get('PROJECT_ID')}`];
}
