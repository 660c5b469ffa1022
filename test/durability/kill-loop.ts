/**
 * The embedded system with `--data`, killed with SIGKILL again and again while a fan-out runs, and started again. The
 * workers are here, outside of it, and reach it as any HTTP client does; they repeat what was not acknowledged.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../local/emulators/ports.ts';
import { RestBus } from './rest-bus.ts';

export interface KillLoopOptions {
  /** The arguments with which Node runs local/start.ts. */
  readonly program: readonly string[];
  readonly folder: string;
  readonly kills: number;
  readonly parents: number;
  readonly childrenOfEach: number;
}

export interface KillLoopReport {
  readonly kills: number;
  readonly operations: number;
  /** The names of operations that are not terminal at the end. */
  readonly unfinished: readonly string[];
  /** The number of resumes of each parent, by distinct event id. */
  readonly resumes: readonly number[];
  /** The number of distinct event ids of the completions of each operation. */
  readonly completions: readonly number[];
}

/** How long one life may last at most, in milliseconds: from before it is ready to well into the work. */
const LONGEST_LIFE = 3_000;
const PATIENCE = 120_000;

export async function killLoop({
  program,
  folder,
  kills,
  parents,
  childrenOfEach,
}: KillLoopOptions): Promise<KillLoopReport> {
  const port = await freePort();
  const server = new Server([...program, `--port=${port}`, `--data=${folder}`]);
  const bus = new RestBus(`http://127.0.0.1:${port}`);
  const killed = new KillCount();
  const families = Array.from(
    { length: parents },
    (_, index) => new Family(bus, `operations/parent-${index}`, childrenOfEach),
  );
  // The work lasts as long as the kills: the next child begins only after this number of kills.
  const before = (child: number) => killed.reached(Math.floor((child * kills) / childrenOfEach));
  const names = families.flatMap(({ name, children }) => [name, ...children]);
  const completions = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));

  server.start();
  const signals = bus.consume('operation-signals-local', ({ operation = '', eventId = '', signal }) => {
    const family = families.find(({ name }) => name === operation);
    if (signal === 'RESUME') family?.resumed(eventId);
  });
  const subscriber = bus.consume('operation-completions-local', ({ operation = '', eventId = '' }) => {
    completions.get(operation)?.add(eventId);
  });
  const work = Promise.all(families.map((family) => family.play(before)));

  for (let kill = 0; kill < kills; kill++) {
    await sleep(Math.random() * LONGEST_LIFE);
    await server.kill();
    server.start();
    killed.next();
  }
  await work;
  const isComplete = () => [...completions.values()].every(({ size }) => size > 0);
  for (const end = Date.now() + PATIENCE; !isComplete() && Date.now() < end; ) await sleep(50);
  const unfinished = await bus.unfinished(names);
  await Promise.all([signals.stop(), subscriber.stop()]);
  await server.kill();
  return {
    kills,
    operations: names.length,
    unfinished,
    resumes: families.map(({ resumes }) => resumes.size),
    completions: [...completions.values()].map(({ size }) => size),
  };
}

/** A counter whose callers can wait for a number. */
class KillCount {
  #count = 0;
  readonly #waiting: { readonly number: number; readonly wake: () => void }[] = [];

  next(): void {
    this.#count++;
    for (const { number, wake } of this.#waiting) if (number <= this.#count) wake();
  }

  async reached(number: number): Promise<void> {
    if (number > this.#count) await new Promise<void>((wake) => this.#waiting.push({ number, wake }));
  }
}

class Server {
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  start(): void {
    this.#process = spawn(process.execPath, this.#args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  async kill(): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }
}

/** Plays the workers of a parent and its children. */
class Family {
  readonly name: string;
  readonly children: readonly string[];
  readonly resumes = new Set<string>();
  readonly #bus: RestBus;
  #wake: () => void = () => {};

  constructor(bus: RestBus, name: string, children: number) {
    this.#bus = bus;
    this.name = name;
    this.children = Array.from({ length: children }, (_, index) => `${name}-child-${index}`);
  }

  async play(before: (child: number) => Promise<void>): Promise<void> {
    const resumed = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await this.#bus.publish(this.name, { created: { method: 'm' } });
    await this.#bus.publish(this.name, { waiting: { childOperations: this.children, pollFrequency: '1s' } });
    for (const [index, child] of this.children.entries()) {
      await before(index);
      await this.#bus.publish(child, { created: { parent: this.name } });
      await this.#bus.publish(child, { succeeded: {} });
    }
    await resumed;
    await this.#bus.publish(this.name, { succeeded: {} });
  }

  resumed(eventId: string): void {
    this.resumes.add(eventId);
    this.#wake();
  }
}
