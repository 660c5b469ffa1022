/**
 * Work for a system while faults are injected, at a steady rate, and the audit of how it ended: every acknowledged event applied, each
 * wait resumed once, each operation terminal with the right result, each completed under one event id, no event refused.
 */
import { randomUUID } from 'node:crypto';
import { payloadToAny } from '../../../../shared/client/any.ts';
import { type DefinitionSpec, definitionOf } from '../../../../shared/client/definition.ts';
import { creationFields } from '../../../../shared/client/dispatch.ts';
import { Completions } from './completions.ts';
import { BARE_METHOD } from './definitions.ts';
import { CANCELLED, DEFINITIONS, type Kind, MIX, PAGES, RESULTS } from './kinds.ts';
import type { Target } from './target.ts';

export interface LoadOptions {
  readonly target: Target;
  /** The number of roots that begin in a second. Each may have children. */
  readonly rate: number;
  readonly random: () => number;
  /** The wall clock of the machine under test, in milliseconds since the epoch. */
  readonly now: () => number;
  /** The share of each kind of work, in percent. Default: `MIX`. */
  readonly mix?: Readonly<Partial<Record<Kind, number>>>;
}

const SIGNALS = 'load-signals';
export const WORKER_SUBSCRIPTION = 'load-workers';

interface Root {
  readonly kind: Kind;
  readonly name: string;
  readonly beginMs: number;
}

export class Load {
  readonly completions: Completions;
  /** The findings, one sentence each. */
  readonly findings: string[] = [];
  readonly #options: LoadOptions;
  readonly #open = new Map<string, Root>();
  readonly #resumes = new Map<string, { readonly ids: Set<string>; readonly wake: () => void }>();
  readonly #latencies: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #begun = 0;
  #ended = 0;
  #lostLeases = 0;
  #lateEvents = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.completions = new Completions(options.target);
  }

  /** The number of roots that have begun, that have ended well, and that still run. */
  get counts() {
    return { begun: this.#begun, ended: this.#ended, open: this.#open.size };
  }

  /** The number of leases of roots that ran out. */
  get lostLeases(): number {
    return this.#lostLeases;
  }

  /** How many events were refused because their client's clock was ahead of the bus, and published again. */
  get lateEvents(): number {
    return this.#lateEvents;
  }

  /** How long roots took from their first call to their completion at a subscriber, in milliseconds, since the last call. */
  takeLatencies(): number[] {
    return this.#latencies.splice(0);
  }

  async start(): Promise<void> {
    const { target, rate } = this.#options;
    await target.createSubscription(
      WORKER_SUBSCRIPTION,
      'operation-signals',
      `attributes.method != "${BARE_METHOD}"`,
    );
    await target.createSubscription(SIGNALS, 'operation-signals', `attributes.method = "${BARE_METHOD}"`);
    // This subscription is there from the start: without a reader its backlog would grow.
    this.#watched(target.consume('operation-signals-local', () => {}));
    this.#watched(target.consume(SIGNALS, ({ attributes }) => this.#signalled(attributes ?? {})));
    this.#watched(
      target.consume('operation-dead-letters-local', ({ attributes, data = '' }) => {
        const event = Buffer.from(data, 'base64').toString();
        // Its time was taken before the clock was put back, and it was published after that: the client publishes it again.
        if (attributes?.field === 'occurTime') this.#watched(this.#publishAgain(event));
        else this.findings.push(`refused: ${JSON.stringify(attributes)} ${event.slice(0, 300)}`);
      }),
    );
    this.#watched(this.completions.follow());
    this.#timer = setInterval(() => void this.#begin(), 1_000 / rate);
  }

  /** Begins no further roots. */
  pause(): void {
    clearInterval(this.#timer);
  }

  /** The names of the running roots. */
  open(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** Checks the results at the end. */
  audit(): void {
    for (const name of this.#open.keys()) {
      const resumes = this.#resumes.get(name);
      this.findings.push(`${name} did not end${resumes ? `; ${resumes.ids.size} RESUME came` : ''}`);
    }
    this.findings.push(...this.completions.doubled());
  }

  #watched(work: Promise<unknown>): void {
    work.catch((error: Error) => this.findings.push(error.message));
  }

  async #begin(): Promise<void> {
    const kind = pick(this.#options.random(), this.#options.mix ?? MIX);
    const name = `operations/${kind}-${randomUUID()}`;
    const root = { kind, name, beginMs: performance.now() };
    const { target } = this.#options;
    this.#begun++;
    this.#open.set(name, root);
    try {
      if (kind === 'bare') await this.#playBare(name);
      else await this.#create(kind, name);
      if (kind === 'answered') await this.#answer(name);
      if (kind === 'cancelled') await target.call('POST', `/v1/${name}:cancel`, {});
      await this.completions.of(name);
      this.#latencies.push(performance.now() - root.beginMs);
      await this.#check(root);
      this.#ended++;
      this.#open.delete(name);
    } catch (error) {
      if (target.isStopped) return;
      this.findings.push(`${name}: ${(error as Error).message}`);
      this.#open.delete(name);
    }
  }

  async #answer(name: string): Promise<void> {
    const { target } = this.#options;
    await target.call('POST', `/v1/${name}:notify`, answer()).catch((error: Error) => {
      // The deadline came first, so the work continued without an answer.
      if (!error.message.includes('FAILED_PRECONDITION')) throw error;
    });
  }

  async #create(kind: Exclude<Kind, 'bare'>, name: string): Promise<void> {
    const spec = definitionOf(DEFINITIONS[kind]) as DefinitionSpec;
    const input = kind === 'report' ? { pages: PAGES } : {};
    await this.#options.target.call('POST', '/v1/operations', {
      ...{ operationId: name.replace('operations/', ''), requestId: randomUUID() },
      ...{ input: payloadToAny(input, 'input', 'INVALID_ARGUMENT'), ...creationFields(spec, {}) },
    });
  }

  /** A worker without the package: a parent, and a child that ends. */
  async #playBare(name: string): Promise<void> {
    const child = `${name}.child`;
    const resumed = new Promise<void>((wake) => this.#resumes.set(name, { ids: new Set(), wake }));
    await this.#publish(name, { created: { method: BARE_METHOD } });
    await this.#publish(name, { waiting: { childOperations: [child], resumePoint: 'go' } });
    await this.#publish(child, { created: { method: BARE_METHOD, parent: name } });
    await this.#publish(child, { succeeded: {} });
    await resumed;
    await this.#publish(name, { succeeded: {} });
  }

  #publish(operation: string, event: object): Promise<void> {
    const occurTime = new Date(this.#options.now()).toISOString();
    return this.#options.target.publish({ operation, eventId: randomUUID(), occurTime, ...event });
  }

  #publishAgain(event: string): Promise<void> {
    this.#lateEvents++;
    const { operation, occurTime: _, ...rest } = JSON.parse(event);
    return this.#publish(operation, rest);
  }

  #signalled({ operation = '', signal, eventId = '' }: Readonly<Record<string, string>>): void {
    const found = this.#resumes.get(operation);
    if (!found || signal !== 'RESUME') return;
    found.ids.add(eventId);
    found.wake();
  }

  async #check({ kind, name }: Root): Promise<void> {
    const { target } = this.#options;
    const inspected = await target.call('GET', `/v1/${name}:inspect`);
    const { done, response, error } = await target.call('GET', `/v1/${name}`);
    const all = inspected.waits as { abandoned?: string; children: { first: { name: string }[] } }[];
    // A START that comes twice may be worked on twice where the first outcome is under way: the newer wait then stands.
    const waits = all.filter(({ abandoned }) => abandoned !== 'SUPERSEDED');
    // A wait that a cancel ends at once makes no child. Whether a child that was made ends, too, the tables say.
    const listed = kind === 'cancelled' ? [] : all;
    const children = listed.flatMap((wait) => wait.children.first.map((child) => child.name));
    await Promise.all([...new Set(children)].map((child) => this.completions.of(child)));
    const resumes = applied(inspected, 'resumed');
    this.#lostLeases += inspected.history.filter(
      ({ reason }: { reason?: string }) => reason === 'LEASE_LOST',
    ).length;
    const expected = RESULTS[kind];
    const value = JSON.stringify(response?.value ?? {});
    const hasEnded = done && error?.code === (kind === 'cancelled' ? CANCELLED : undefined);
    if (!hasEnded || !expected(JSON.parse(value))) {
      this.findings.push(`${name} ended as ${JSON.stringify({ error, response })}`);
    }
    const waitCount = kind === 'retried' || kind === 'long' ? 0 : 1;
    // A cancel comes before, during or after the wait.
    if (kind !== 'cancelled' && (waits.length !== waitCount || resumes !== waitCount)) {
      const lines = inspected.history.map((line: Record<string, unknown>) =>
        [line.recordTime, line.type, line.outcome, line.reason, line.attempt].join(' '),
      );
      this.findings.push(
        `${name} has ${waits.length} waits and was resumed ${resumes} times: ${lines.join('; ')}; ${JSON.stringify(waits)}`,
      );
    }
    const signals = this.#resumes.get(name)?.ids.size ?? 1;
    this.#resumes.delete(name);
    if (signals !== 1) this.findings.push(`${name} got ${signals} different RESUME signals`);
    // Deletes the operation, as a client that has read the result does, so that the data does not grow with the length of the
    // run.
    for (const each of new Set([name, ...children])) await target.call('DELETE', `/v1/${each}`);
  }
}

function answer(): object {
  return {
    name: 'answer',
    payload: payloadToAny({}, 'payload', 'INVALID_ARGUMENT'),
    requestId: randomUUID(),
  };
}

function applied(inspected: { history: { type: string; outcome: string }[] }, type: string): number {
  return inspected.history.filter((line) => line.type === type && line.outcome === 'APPLIED').length;
}

function pick(random: number, mix: Readonly<Partial<Record<Kind, number>>>): Kind {
  let left = random * 100;
  for (const [kind, share] of Object.entries(mix)) {
    left -= share;
    if (left < 0) return kind as Kind;
  }
  return 'report';
}
