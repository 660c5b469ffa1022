import { type ChildProcessWithoutNullStreams, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type Answer,
  type GrpcClient,
  GrpcError,
  type PullStream,
  type ReceivedMessage,
} from './grpc-client.ts';

const SCRIPT = fileURLToPath(new URL('python_client.py', import.meta.url));
const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** Google's .proto files, as its packages for Node carry them. */
const PROTOS = [`${MODULES}@google-cloud/pubsub/build/protos`, `${MODULES}google-gax/build/protos`];
const FILES = [
  'google/pubsub/v1/pubsub.proto',
  'google/pubsub/v1/schema.proto',
  ...['annotations', 'client', 'field_behavior', 'field_info', 'http', 'launch_stage', 'resource'].map(
    (name) => `google/api/${name}.proto`,
  ),
];

/** A Python that has gRPC: the first on the PATH may be another one than the system's, which has the packages. */
const PYTHON = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import grpc, google.protobuf'], { stdio: 'ignore' }).status === 0,
);

/** What this machine lacks for the client; undefined where it has everything. */
export function missingForPython(): string | undefined {
  if (PYTHON === undefined) return 'python3-grpcio and python3-protobuf are not installed';
  for (const command of ['protoc', 'grpc_python_plugin']) {
    if (spawnSync(command, ['--version'], { stdio: 'ignore', input: '' }).error) {
      return `${command} is not installed (protobuf-compiler, protobuf-compiler-grpc)`;
    }
  }
  return undefined;
}

interface Line {
  readonly id: number;
  readonly answer?: Answer;
  readonly code?: number;
  readonly message?: string;
}

/** Google's published .proto files in Python: grpcio with the stubs that protoc makes of them now. */
export async function pythonClient(host: string): Promise<GrpcClient> {
  const generated = await mkdtemp(join(tmpdir(), 'pubsub-python-'));
  const { stdout: plugin } = await promisify(execFile)('which', ['grpc_python_plugin']);
  await promisify(execFile)('protoc', [
    ...PROTOS.map((folder) => `-I${folder}`),
    ...[`--plugin=protoc-gen-grpc_python=${plugin.trim()}`, `--python_out=${generated}`],
    ...[`--grpc_python_out=${generated}`, ...FILES],
  ]);
  const child = spawn(PYTHON ?? '', [SCRIPT, host, generated], {
    // The proxy of a machine is not for its own addresses.
    env: { ...process.env, no_grpc_proxy: '127.0.0.1' },
  });
  child.stderr.pipe(process.stderr);
  return new PythonClient(child, () => rm(generated, { recursive: true }));
}

class PythonClient implements GrpcClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: () => Promise<void>;
  readonly #listeners = new Map<number, (line: Line) => void>();
  #lastId = 0;

  constructor(child: ChildProcessWithoutNullStreams, closed: () => Promise<void>) {
    this.#child = child;
    this.#closed = closed;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      this.#listeners.get(line.id)?.(line);
    });
  }

  call(method: string, request: object): Promise<Answer> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#listeners.set(id, ({ answer, code, message = '' }) => {
        this.#listeners.delete(id);
        if (code === undefined) resolve(answer);
        else reject(new GrpcError(code, message));
      });
      this.#write({ id, do: 'call', method, request });
    });
  }

  streamingPull(request: object): PullStream {
    const id = ++this.#lastId;
    const received: ReceivedMessage[] = [];
    let status: number | undefined;
    this.#listeners.set(id, ({ answer, code }) => {
      if (code === undefined) received.push(...(answer?.receivedMessages ?? []));
      else status ??= code;
    });
    this.#write({ id, do: 'open', request });
    return {
      received,
      get status() {
        return status;
      },
      send: (next) => this.#write({ id, do: 'send', request: next }),
      cancel: () => this.#write({ id, do: 'cancel' }),
    };
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exited;
    await this.#closed();
  }

  #write(command: object): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }
}
