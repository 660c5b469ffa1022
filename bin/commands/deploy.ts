import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { text } from './operations.ts';

/** The largest subscription filter, in bytes: https://cloud.google.com/pubsub/docs/subscription-message-filter */
const MAX_FILTER_BYTES = 256;

export const deploy: Command = {
  parameters: ['[VERB]'],
  summary:
    'plan, apply, status or destroy a deployment on Google Cloud; with --worker, the subscription of a worker service',
  flags: {
    'project-id': { type: 'string', describe: 'the project on Google Cloud' },
    region: { type: 'string', describe: 'where the functions run' },
    'delete-data': { type: 'boolean', describe: 'with destroy: the database too' },
    offline: { type: 'boolean', describe: 'with plan: of an empty project, without a login' },
    worker: { type: 'string', describe: 'the name of the subscription that a worker service pulls' },
    methods: {
      type: 'string',
      describe: 'with --worker: the methods that the service works on, separated by commas',
    },
    topic: { type: 'string', describe: 'with --worker: the topic of the signals, operation-signals' },
    'dry-run': { type: 'boolean', describe: 'with --worker: prints the command and runs nothing' },
  },
  run: (call) => (call.flags.worker === undefined ? deploySystem(call) : deployWorker(call)),
};

function deploySystem({ positionals: [verb], flags }: Invocation): Promise<number> {
  if (verb === undefined) throw new UsageError('VERB is missing: plan, apply, status or destroy');
  const script = fileURLToPath(new URL('../../deploy.sh', import.meta.url));
  const given = Object.entries(flags).filter(([flag]) => !['json', 'url'].includes(flag));
  const args = given.map(([flag, value]) => (value === true ? `--${flag}` : `--${flag}=${value}`));
  return execute('bash', [script, verb, ...args]);
}

/**
 * Creates a subscription for one worker service. It receives no signals of other services, and a signal whose method no
 * release supports yet waits in it instead of becoming a dead letter.
 */
async function deployWorker(call: Invocation): Promise<number> {
  const project = text(call, 'project-id');
  const methods = text(call, 'methods')
    ?.split(',')
    .map((method) => method.trim());
  if (!project) throw new UsageError('--project-id is missing');
  if (!methods) throw new UsageError('--methods is missing: the methods that the worker service works on');
  const filter = methods.map((method) => `attributes.method = "${method}"`).join(' OR ');
  if (Buffer.byteLength(filter) > MAX_FILTER_BYTES) {
    throw new UsageError(
      `--methods: the filter of a subscription takes ${MAX_FILTER_BYTES} bytes; use two subscriptions`,
    );
  }
  const args = [
    ...['pubsub', 'subscriptions', 'create', text(call, 'worker') as string],
    ...[`--project=${project}`, `--topic=${text(call, 'topic') ?? 'operation-signals'}`],
    ...[
      `--message-filter=${filter}`,
      '--ack-deadline=60',
      '--message-retention-duration=7d',
      '--expiration-period=never',
    ],
    ...['--min-retry-delay=1s', '--max-retry-delay=60s'],
  ];
  if (call.flags['dry-run'] === true) {
    call.print(['gcloud', ...args].map(quoted).join(' '));
    return 0;
  }
  return execute('gcloud', args);
}

function quoted(word: string): string {
  return /^[\w./=,:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function execute(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    spawn(command, args, { stdio: 'inherit' })
      .once('error', reject)
      .once('exit', (code) => resolve(code ?? 1));
  });
}
