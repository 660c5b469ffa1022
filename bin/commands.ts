import type { Command } from './command.ts';
import { completion } from './commands/completion.ts';
import { deploy } from './commands/deploy.ts';
import { init } from './commands/init.ts';
import { cancel, explain, get, list, notify, rerun, watch } from './commands/operations.ts';
import { publish } from './commands/publish.ts';
import { steps } from './commands/steps.ts';

export const COMMANDS: Readonly<Record<string, Command>> = {
  init,
  get,
  list,
  watch,
  explain,
  cancel,
  rerun,
  notify,
  publish,
  steps,
  deploy,
  completion,
};

/** Programs that are loaded only when called: the local system takes longer to load than a call to a deployment. */
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
    summary: 'runs a Cloud Workflows file: FILE [ARGS_JSON]',
    load: () => import('../executor/cli.ts'),
  },
  doctor: {
    summary: 'checks a deployment, or the local system',
    load: () => import('../local/doctor/doctor.ts'),
  },
};
