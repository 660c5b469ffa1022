/** Runs deploy.sh on a project that the stand-in for gcloud keeps in a folder. */

import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outcomeOf } from './child-outcome.ts';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const STAND_IN = join(REPOSITORY, 'test/deploy/gcloud-stand-in.sh');

/** What deploy.sh reads of the repository. */
const PARTS = ['deploy.sh', 'deploy', 'functions', 'package.json', 'shared', 'workflows'];

export const SETTINGS = ['--project-id=sample-project', '--region=us-central1'];

export interface Result {
  /** Undefined for a run that was killed. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export class SampleProject {
  readonly root: string;
  /** The stand-in's tables. */
  readonly state: string;

  private constructor(root: string) {
    this.root = root;
    this.state = join(root, 'state');
  }

  /** A project without anything in it, beside a checkout of the repository. */
  static async create(): Promise<SampleProject> {
    const root = await mkdtemp(join(tmpdir(), 'lro-deploy-'));
    const project = new SampleProject(root);
    await Promise.all([mkdir(project.state), mkdir(join(root, 'bin'))]);
    await symlink(STAND_IN, join(root, 'bin/gcloud'));
    await Promise.all(PARTS.map((part) => symlink(join(REPOSITORY, part), join(root, part))));
    return project;
  }

  /** Puts a copy in the place of a part of the repository, for a test that changes it. */
  async own(part: string): Promise<string> {
    const path = join(this.root, part);
    await rm(path);
    await cp(join(REPOSITORY, part), path, { recursive: true });
    return path;
  }

  deploy(args: readonly string[], { env = {}, input = '' }: RunOptions = {}): Promise<Result> {
    return run(join(this.root, 'deploy.sh'), args, this.root, { ...this.#env(), ...env }, input);
  }

  /** `npm run doctor` in that checkout. */
  doctor(args: readonly string[]): Promise<Result> {
    return runDoctor(args, this.root, this.#env());
  }

  #env(): Readonly<Record<string, string>> {
    return {
      PATH: [join(this.root, 'bin'), process.env.PATH].join(delimiter),
      STAND_IN: this.state,
      DEPLOY_ROOT: this.root,
      RETRY_DELAY: '0',
    };
  }

  /** Every command that changed something, in order. */
  changes(): Promise<readonly string[]> {
    return this.#lines('changes');
  }

  /** Every command at all. */
  commands(): Promise<readonly string[]> {
    return this.#lines('commands');
  }

  async #lines(table: string): Promise<readonly string[]> {
    const text = await readFile(join(this.state, table), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  async write(table: string, text: string): Promise<void> {
    await writeFile(join(this.state, table), text);
  }

  /** What is in the project: all tables, in an order that does not tell how they came to be. */
  async content(): Promise<Readonly<Record<string, readonly string[]>>> {
    const tables = (await readdir(this.state)).filter((name) => !JOURNALS.has(name)).sort();
    const entries = tables.map(async (table) => [table, [...(await this.#lines(table))].sort()] as const);
    return Object.fromEntries((await Promise.all(entries)).filter(([, lines]) => lines.length > 0));
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true });
  }
}

export function runDoctor(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Result> {
  const tsx = join(REPOSITORY, 'node_modules/.bin/tsx');
  return run(tsx, [join(REPOSITORY, 'local/doctor/doctor.ts'), ...args], cwd, env);
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<Result> {
  // A process group of its own, which the stand-in kills to break a run off.
  const child = spawn(command, args, { cwd, env, detached: true });
  child.stdin.end(input);
  const { code, ...output } = await outcomeOf(child);
  return { code: code ?? undefined, ...output };
}

const JOURNALS = new Set(['changes', 'commands', 'count', 'failures']);
