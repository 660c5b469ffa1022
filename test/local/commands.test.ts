/** The commands as a newcomer runs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../local/emulators/ports.ts';
import type { Program } from '../setup/programs.ts';
import { runProgram } from '../setup/run-program.ts';
import { until } from '../setup/until.ts';

interface Environment {
  readonly [name: string]: string;
}

class Command {
  readonly process: ChildProcess;
  output = '';
  errors = '';
  readonly ended: Promise<number | null>;

  /** @param args of Node */
  constructor(args: readonly string[], environment: Environment = {}) {
    this.process = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.process.stdout?.on('data', (text) => {
      this.output += text;
    });
    this.process.stderr?.on('data', (text) => {
      this.errors += text;
    });
    this.ended = new Promise((resolve) => {
      this.process.once('close', resolve);
    });
  }
}

const running: Command[] = [];
function run(program: Program, ...args: string[]): Command {
  return runIn({}, program, ...args);
}
function runIn(environment: Environment, program: Program, ...args: string[]): Command {
  return runNode(runProgram(program, ...args), environment);
}
/** As the scripts of package.json run it: by tsx, from its source. */
function runSource(program: Program, ...args: string[]): Command {
  return runNode(['--import', 'tsx', program, ...args]);
}
function runNode(args: readonly string[], environment?: Environment): Command {
  const command = new Command(args, environment);
  running.push(command);
  return command;
}
afterEach(() => {
  for (const { process } of running.splice(0)) process.kill('SIGKILL');
});

describe('npm start', () => {
  it('says ready, plays the sample, serves the lines that it prints, and ends with Ctrl-C', async () => {
    const port = await freePort();
    const start = run('local/start.ts', `--port=${port}`, '--grpc-port=0');
    await until('the sample to end', () => start.output.includes('The parent SUCCEEDED'));
    expect(start.output).toMatch(new RegExp(`^ready at http://localhost:${port} `, 'm'));
    expect(start.output).toMatch(/RESUME at "collect"/);
    expect(start.output).toMatch(/gRPC +google\.longrunning\.Operations at localhost:\d+/);

    const url = `http://localhost:${port}`;
    const [, body = ''] = /publish an event.* -d '(.*)'/.exec(start.output) ?? [];
    const headers = { 'content-type': 'application/json' };
    const published = await fetch(`${url}/v1/projects/any/topics/operation-lifecycle:publish`, {
      method: 'POST',
      headers,
      body,
    });
    expect(published.status).toBe(200);
    await until('the operation', async () => (await fetch(`${url}/v1/operations/r1`)).ok);

    start.process.kill('SIGINT');
    expect(await start.ended).toBe(130);
    expect(start.errors).toBe('');
  });

  it.each<[Program, string]>([
    ['local/start.ts', 'npm start -- [--port N]'],
    ['examples/demo.ts', 'npm run demo -- [--children N]'],
    ['bench/main.ts', 'npm run bench -- [NAME…]'],
    ['local/doctor/doctor.ts', 'npm run doctor'],
    ['executor/main.ts', 'usage: lro workflow run'],
  ])('%s prints its usage with --help', async (file, usage) => {
    for (const command of [runSource(file, '--help'), run(file, '-h')]) {
      expect(await command.ended).toBe(0);
      expect(command.output).toContain(usage);
      expect(command.errors).toBe('');
    }
  });

  it('doctor takes the URL from --url, and says how to start a system where nothing answers', async () => {
    const url = `http://localhost:${await freePort()}`;
    const doctor = run('local/doctor/doctor.ts', '--url', url);
    expect(await doctor.ended).toBe(1);
    expect(doctor.output).toMatch(
      new RegExp(
        `missing  a system at ${url}: nothing answers .*ECONNREFUSED.*; start a local system by: npm start`,
      ),
    );
    expect(doctor.errors).toBe('');
  });

  it('answers to no other name than localhost', async () => {
    const port = await freePort();
    const start = run('local/start.ts', `--port=${port}`);
    await until('ready', () => start.output.includes('ready'));
    const { get } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      get(
        { host: '127.0.0.1', port, path: '/v1/operations', headers: { host: 'evil.example' } },
        (response) => {
          resolve(response.resume().statusCode);
        },
      ).once('error', reject);
    });
    expect(status).toBe(403);
  });

  it.each([
    ['an unknown flag', ['--colour'], '--colour'],
    ['a port that is none', ['--port=x'], '--port must be a number'],
    ['data with emulators', ['--data=x', '--emulators'], '--data cannot be used with --emulators'],
  ])('refuses %s with the usage', async (_, args, message) => {
    const start = run('local/start.ts', ...args);
    expect(await start.ended).toBe(2);
    expect(start.errors).toContain(message);
    expect(start.errors).toContain('npm start -- [--port N]');
  });

  it('says that a port is in use, and that a folder cannot be written', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const onUsedPort = run('local/start.ts', `--port=${port}`);
    const file = fileURLToPath(import.meta.url);
    const inFile = run('local/start.ts', '--port=0', `--data=${file}`);
    expect(await onUsedPort.ended).toBe(1);
    expect(onUsedPort.errors).toContain(`Port ${port} is in use`);
    expect(await inFile.ended).toBe(1);
    expect(inFile.errors).toContain(`The folder ${file} cannot be written`);
    server.close();
  });
});

it('lro ends without a stack where the reader of its output has ended, as head does', async () => {
  const lro = run('bin/lro.ts', 'help');
  lro.process.stdout?.destroy();
  expect(await lro.ended).toBe(141);
  expect(lro.errors).toBe('');
});

describe('npm run demo', () => {
  const lastLine = ({ output }: Command) => JSON.parse(output.trim().split('\n').at(-1) ?? '');

  it('ends with one JSON object', async () => {
    const demo = run('examples/demo.ts', '--json', '--children=20');
    expect(await demo.ended).toBe(0);
    expect(lastLine(demo)).toMatchObject({
      state: 'SUCCEEDED',
      children: 20,
      resumes: 1,
      resumedBy: 'push',
      completions: 1,
      workflowExecutions: 1,
      resumeLatencyMs: expect.any(Number),
    });
  });

  it('is resumed by the workflow with --poll-only, and ignores the variables of the shell that name another system', async () => {
    const elsewhere = { PUBSUB_EMULATOR_HOST: '127.0.0.1:1', SUBSCRIPTION: 'reports' };
    const demo = runIn(elsewhere, 'examples/demo.ts', '--json', '--poll-only');
    expect(await demo.ended).toBe(0);
    expect(lastLine(demo)).toMatchObject({ resumes: 1, resumedBy: 'workflow', completions: 1 });
  });

  it('refuses options that the demo cannot run', async () => {
    const demo = run('examples/demo.ts', '--children=0');
    expect(await demo.ended).toBe(2);
    expect(demo.errors).toContain('--children must be a whole number');
  });
});
