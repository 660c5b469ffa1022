import { join } from 'node:path';
import { subscriptionResource } from '../../shared/pubsub/subscription-resource.ts';
import type { SubscriptionSpec, Topology } from '../../shared/pubsub/topology.ts';
import { isExecutable, sdkRoot } from './gcloud.ts';
import { freePort } from './ports.ts';
import { startProcess } from './server-process.ts';

export interface PubSubEmulator {
  /** The value for PUBSUB_EMULATOR_HOST. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts Google's Pub/Sub emulator on a free port. Resolves to undefined if the SDK or the emulator is not installed. */
export async function startPubSubEmulator(): Promise<PubSubEmulator | undefined> {
  const root = await sdkRoot();
  if (root === undefined) return undefined;
  const command = join(root, 'platform', 'pubsub-emulator', 'bin', 'cloud-pubsub-emulator');
  if (!(await isExecutable(command))) return undefined;
  // With port 0, the emulator listens on a port that it does not print.
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const { stop } = await startProcess({
    command,
    args: ['--host=127.0.0.1', `--port=${port}`],
    ready: async (printed) => (/Server started/.test(printed) && (await answers(host))) || undefined,
  });
  return { host, stop };
}

/** The emulator accepts connections before it can answer calls, so this check makes a call. */
async function answers(host: string): Promise<boolean> {
  return fetch(`http://${host}/v1/projects/ready/topics`).then(
    (response) => response.ok,
    () => false,
  );
}

export interface TopologyTarget {
  /** The host and port of Pub/Sub's REST interface. */
  readonly host: string;
  readonly project: string;
  readonly topology: Topology;
  /** Returns the URL that a subscription pushes to. */
  readonly pushEndpoint: (subscription: SubscriptionSpec) => string;
}

/** Creates the topics and subscriptions. Existing ones are not changed. */
export async function createTopology(target: TopologyTarget): Promise<void> {
  const { host, project, topology, pushEndpoint } = target;
  const base = `http://${host}/v1`;
  await Promise.all(topology.topics.map((name) => put(`${base}/projects/${project}/topics/${name}`, {})));
  const subscriptions = [
    ...topology.push.map((spec) => subscriptionResource(pushedByEmulator(spec), project, pushEndpoint(spec))),
    ...topology.pull.map((spec) => subscriptionResource(spec, project)),
  ];
  await Promise.all(subscriptions.map((resource) => put(`${base}/${resource.name}`, resource)));
}

/**
 * Removes both policies. With a retry policy, the emulator (0.8.20) never delivers a message whose push has failed two or three
 * times. Without one, it pushes once a second, and two minutes of outage would use up the delivery attempts of a dead-letter
 * policy.
 */
function pushedByEmulator(spec: SubscriptionSpec): SubscriptionSpec {
  return { ...spec, retryPolicy: undefined, deadLetterPolicy: undefined };
}

const ALREADY_EXISTS = 409;

async function put(url: string, resource: object): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(resource),
  });
  if (response.ok || response.status === ALREADY_EXISTS) return;
  throw new Error(`PUT ${url} was answered ${response.status}: ${await response.text()}`);
}
