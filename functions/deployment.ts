/** What the functions of a deployment share. The first call that needs it builds it, once per instance. */
import { AllowedHosts } from '../shared/messages/allowed-hosts.ts';
import { createOrchestrator } from '../shared/orchestrator/create-orchestrator.ts';
import {
  DEFAULT_POLICY,
  type Log,
  type Orchestrator,
  type Policy,
} from '../shared/orchestrator/orchestrator.ts';
import type { WorkflowLauncher } from '../shared/orchestrator/ports/launcher.ts';
import { type DueTimer, NO_TIMER } from '../shared/orchestrator/ports/timer.ts';
import { ofOrigins, Tenants } from '../shared/orchestrator/tenants.ts';
import { createPubSubPublisher } from '../shared/pubsub/publisher.ts';
import { openSpannerStore } from '../shared/spanner/store.ts';
import { cloudTasksTimer } from '../shared/tasks/cloud-tasks-timer.ts';
import { configuredTelemetry } from '../shared/telemetry/configured-telemetry.ts';
import { workflowLauncher } from '../shared/workflows/launcher.ts';
import { httpResumeCaller } from '../shared/workflows/resume-caller.ts';
import { cloudLog } from './log.ts';
import { readSettings, type Settings } from './settings.ts';

/** What the functions of one instance share. */
export interface Deployment {
  /** @internal */
  readonly orchestrator: Orchestrator;
}

let deployment: Promise<Deployment> | undefined;

/** Returns the deployment that the environment variables describe. If the start fails, the next call tries again. */
export function cloudDeployment(): Promise<Deployment> {
  deployment ??= open(readSettings(process.env)).catch((error: unknown) => {
    deployment = undefined;
    throw error;
  });
  return deployment;
}

const DAY_MS = 86_400_000;

async function open(settings: Settings): Promise<Deployment> {
  const hosts = new AllowedHosts(settings.ALLOWED_HOSTS, {
    audiences: settings.AUDIENCES,
    loopback: runsOnOneMachine(settings),
  });
  const telemetry = await configuredTelemetry(process.env, {
    serviceName: process.env.K_SERVICE || 'lro-orchestrator',
    project: settings.PROJECT_ID,
  });
  // After telemetry, which fails at each call if its packages are missing, and would leave the connections of a store open.
  const store = await storeOf(settings);
  if (telemetry.isOn) process.once('SIGTERM', () => void telemetry.close());
  const log = cloudLog(settings.LOG_LEVEL, { telemetry, project: settings.PROJECT_ID });
  const tenants = new Tenants(settings.TOPIC_PREFIXES, {
    lifecycleTopic: settings.TOPIC_LIFECYCLE,
    isOwnUrl: ofOrigins([settings.OPERATIONS_URL, settings.RESUME_URL, settings.SWEEP_URL]),
  });
  const publisher = createPubSubPublisher({
    log,
    tenants,
    projectId: settings.PROJECT_ID,
    topics: {
      completions: settings.TOPIC_COMPLETIONS,
      signals: settings.TOPIC_SIGNALS,
      deadLetters: settings.TOPIC_DEAD_LETTERS,
    },
  });
  return {
    orchestrator: createOrchestrator({
      store,
      feed: store.feed,
      overview: store.overview,
      publisher,
      launcher: launcherOf(settings, hosts),
      resumeCaller: httpResumeCaller({ hosts }),
      timer: timerOf(settings, log),
      now: Date.now,
      random: Math.random,
      log,
      telemetry,
      policy: policyOf(settings, hosts, tenants),
    }),
  };
}

function storeOf(settings: Settings) {
  return openSpannerStore({
    project: settings.PROJECT_ID,
    instance: settings.SPANNER_INSTANCE,
    database: settings.SPANNER_DATABASE,
    table: settings.SPANNER_TABLE,
  });
}

function launcherOf(settings: Settings, hosts: AllowedHosts): WorkflowLauncher {
  return workflowLauncher({
    project: settings.PROJECT_ID,
    location: settings.LOCATION,
    workflow: settings.WORKFLOW,
    workflowsEndpoint: settings.WORKFLOWS_ENDPOINT,
    resumeUrl: settings.RESUME_URL,
    resumeAudience: settings.RESUME_AUDIENCE ?? settings.RESUME_URL,
    push: settings.PUSH,
    hosts,
  });
}

function policyOf(settings: Settings, hosts: AllowedHosts, tenants: Tenants): Policy {
  return {
    ...DEFAULT_POLICY,
    push: settings.PUSH,
    // Waits with children of other services need a workflow in any case: only a workflow polls them.
    waitWorkflow: settings.WAIT_WORKFLOW === 'always' ? 'always' : 'external',
    retriesPerSecond: settings.RETRIES_PER_SECOND,
    defaultTtl: settings.DEFAULT_TTL_DAYS * DAY_MS,
    allowedHosts: hosts,
    tenants,
    redaction: settings.REDACT,
    payloads: { payloadBytes: settings.MAX_PAYLOAD_BYTES },
  };
}

/** The timer uses Cloud Tasks if the deployment has a queue. Otherwise `sweep` runs what is due, once a minute. */
function timerOf(settings: Settings, log: Log): DueTimer {
  const { TASKS_QUEUE: queue, TASKS_LOCATION: location, TASKS_SERVICE_ACCOUNT: serviceAccount } = settings;
  const { PROJECT_ID: project, SWEEP_URL: sweepUrl } = settings;
  if (!queue || !location || !serviceAccount || !sweepUrl) return NO_TIMER;
  return cloudTasksTimer({ project, location, queue, sweepUrl, serviceAccount, log, now: Date.now });
}

/** Whether this is the local system on emulators, where workflows run on this machine too. */
function runsOnOneMachine({ WORKFLOWS_ENDPOINT }: Settings): boolean {
  return WORKFLOWS_ENDPOINT !== undefined && new URL(WORKFLOWS_ENDPOINT).hostname === '127.0.0.1';
}
