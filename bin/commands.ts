import type { Command } from './command.ts';
import { cancel, deleteOperation, rerun } from './commands/changes.ts';
import { completionOf } from './commands/completion.ts';
import { create } from './commands/create.ts';
import { erase, exportOperation } from './commands/data.ts';
import { deadLetters } from './commands/dead-letters.ts';
import { init } from './commands/init.ts';
import { explain, get, list, notify, watch } from './commands/operations.ts';
import { publish } from './commands/publish.ts';
import { steps } from './commands/steps.ts';

export const COMMANDS: Readonly<Record<string, Command>> = {
  init,
  create,
  get,
  list,
  watch,
  explain,
  cancel,
  rerun,
  delete: deleteOperation,
  export: exportOperation,
  erase,
  notify,
  publish,
  'dead-letters': deadLetters,
  steps,
  completion: completionOf(() => ({ commands: COMMANDS, scriptNames: Object.keys(SCRIPTS) })),
};

/**
 * Programs that are loaded only when they are called, because loading the local system takes longer than a call to a
 * deployment.
 */
export const SCRIPTS: Readonly<Record<string, { summary: string; load: () => Promise<unknown> }>> = {
  start: {
    summary: 'the whole system at http://localhost:8080; --port, --data DIR, --emulators',
    load: () => import('../local/start.ts'),
  },
  demo: {
    summary: 'one fan-out through the whole system; --children N, --json',
    load: () => import('../examples/demo.ts'),
  },
  workflow: {
    summary: 'runs, tests, checks, draws and serves Cloud Workflows files',
    load: () => import('../executor/main.ts'),
  },
  deploy: {
    summary:
      'plan, apply, status or destroy a deployment on Google Cloud, or with --worker a worker service; --help',
    load: () => import('./deploy.ts'),
  },
  doctor: {
    summary: 'checks a deployment, or the local system',
    load: () => import('../local/doctor/doctor.ts'),
  },
};
