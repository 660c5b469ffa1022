/** Runs deploy.sh and the doctor on a project of Google Cloud that is in the memory of the test. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../setup/run-program.ts';
import { outcomeOf } from './child-outcome.ts';
import { GoogleProject } from './gcloud/google-project.ts';
import { type GcloudServer, type OtherAnswer, serveGcloud } from './gcloud/server.ts';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const STAND_IN = join(REPOSITORY, 'test/deploy/gcloud/gcloud');

/** The parts of the repository that deploy.sh reads. */
const PARTS = ['deploy.sh', 'deploy', 'functions', 'package.json', 'shared', 'workflows'];

export const SETTINGS = ['--project-id=sample-project', '--region=us-central1'];

/** Settings with everything that a deployment can have. */
export const EVERYTHING = [
  '--tasks-queue=lro-due',
  '--topic-prefixes=operation-lifecycle-a=a-,operation-lifecycle-b=b-',
  '--kms-key=projects/keys/locations/us-central1/keyRings/ring/cryptoKeys/key',
  '--data-regions=us-central1,us-east1',
  '--redact=example.v1.Card,*.card.number',
  '--telemetry=google',
  '--console=on',
  '--console-members=user:a@example.com,group:b@example.com',
  '--notification-channels=projects/sample-project/notificationChannels/1',
  '--allowed-hosts=jobs.example.com',
  '--audiences=jobs.example.com=https://other.example.com',
];

export interface Result {
  /** undefined for a killed run. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export class SampleProject {
  /** A checkout of the repository. */
  readonly root: string;
  readonly google: GoogleProject;
  readonly #server: GcloudServer;

  private constructor(root: string, google: GoogleProject, server: GcloudServer) {
    this.root = root;
    this.google = google;
    this.#server = server;
  }

  /**
   * Creates an empty project and a checkout of the repository.
   *
   * @param other answers instead of the project
   */
  static async create(other: OtherAnswer = () => undefined): Promise<SampleProject> {
    const root = await mkdtemp(join(tmpdir(), 'lro-deploy-'));
    const google = new GoogleProject(root);
    const [server] = await Promise.all([serveGcloud(google, other), mkdir(join(root, 'bin'))]);
    await symlink(STAND_IN, join(root, 'bin/gcloud'));
    await Promise.all(PARTS.map((part) => symlink(join(REPOSITORY, part), join(root, part))));
    return new SampleProject(root, google, server);
  }

  /** Replaces a part of the checkout with a copy, for a test that changes it. */
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
      STAND_IN_PORT: String(this.#server.port),
      BASH_ENV: STAND_IN,
      RETRY_DELAY: '0',
    };
  }

  async remove(): Promise<void> {
    await this.#server.close();
    await rm(this.root, { recursive: true });
  }
}

export function runDoctor(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Result> {
  return run(process.execPath, runProgram('local/doctor/doctor.ts', ...args), cwd, env);
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<Result> {
  // A separate process group, which the imitation of gcloud kills to interrupt a run.
  const child = spawn(command, args, { cwd, env, detached: true });
  // A run that ends before it has read its input closes the pipe.
  child.stdin.on('error', () => undefined).end(input);
  const { code, ...output } = await outcomeOf(child);
  return { code: code ?? undefined, ...output };
}
