import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { problemOfHost } from '../functions/host-settings.ts';
import { redactionEntries } from '../functions/redaction-setting.ts';
import { topicPrefixList } from '../functions/topic-prefixes.ts';
import type { Tenant } from '../shared/orchestrator/tenants.ts';
import { DEFAULT_TOPICS } from '../shared/pubsub/topology.ts';
import { START_COMMAND } from './start-command.ts';

export interface StartOptions {
  readonly port: number;
  readonly emulators: boolean;
  readonly data?: string;
  readonly grpcPort?: number;
  /** Whether one sample fan-out runs at the start. */
  readonly sample: boolean;
  readonly allowedHosts: readonly string[];
  readonly tenants: readonly Tenant[];
  readonly redact: readonly string[];
}

export const START_USAGE = `${START_COMMAND} [--port N] [--data DIR] [--grpc-port N] [--emulators] [--no-sample]

  --port N     where everything is served (default 8080)
  --data DIR   keeps operations and messages in this folder; without it they are in memory
  --grpc-port  serves the Operations API over gRPC as well
  --emulators  on Google's Spanner and Pub/Sub emulators instead of the embedded store and bus
  --no-sample  plays no sample; one is played into memory and into a new folder, never into one that has data
  --help       prints this

The environment variable ALLOWED_HOSTS has the hosts that events may name in resumeMethod and externalOperations,
separated by commas; every port of this machine may be named with plain http. TOPIC_PREFIXES binds lifecycle topics to prefixes
of operation ids: operation-lifecycle-a=a-,operation-lifecycle-b=b-
REDACT has what the console, :inspect and :explain leave out: types, methods and paths, as example.v1.Card,*.card.number
`;

/**
 * Reads the options of `npm start`. Returns undefined if the caller asks for help.
 *
 * @throws Error that names the flag and the rule
 */
export function readStartOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): StartOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8080' },
      data: { type: 'string' },
      'grpc-port': { type: 'string' },
      emulators: { type: 'boolean', default: false },
      'no-sample': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { data, emulators } = values;
  const port = portNumber('--port', values.port);
  const grpcPort =
    values['grpc-port'] === undefined ? undefined : portNumber('--grpc-port', values['grpc-port']);
  if (grpcPort !== undefined && emulators) throw new Error('--grpc-port cannot be used with --emulators');
  if (data === '') throw new Error('--data must name a folder');
  if (data !== undefined && emulators)
    throw new Error('--data cannot be used with --emulators, which store nothing');
  return {
    port,
    emulators,
    data,
    grpcPort,
    sample: !values['no-sample'],
    allowedHosts: hostsIn(environment.ALLOWED_HOSTS ?? ''),
    tenants: tenantsIn(environment.TOPIC_PREFIXES ?? ''),
    redact: redactIn(environment.REDACT ?? ''),
  };
}

/** Allowed here beside what a deployment may allow: a service on this machine with https. */
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

function hostsIn(list: string): readonly string[] {
  const hosts = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const host of hosts) {
    const problem = LOOPBACK_HOST.test(host) ? undefined : problemOfHost(host, true);
    if (problem) throw new Error(`ALLOWED_HOSTS ${problem}`);
  }
  return hosts;
}

function tenantsIn(list: string): readonly Tenant[] {
  const result = v.safeParse(topicPrefixList(DEFAULT_TOPICS.lifecycle), list);
  if (result.success) return result.output;
  throw new Error(`TOPIC_PREFIXES ${result.issues[0].message}`);
}

function redactIn(list: string): readonly string[] {
  const result = v.safeParse(redactionEntries, list);
  if (result.success) return result.output;
  throw new Error(`REDACT ${result.issues[0].message}`);
}

function portNumber(flag: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new Error(`${flag} must be a number from 0 to 65535, and is "${text}"`);
  }
  return port;
}
