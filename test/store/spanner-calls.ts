/**
 * A proxy before the Spanner emulator that counts the calls of the real client, and the hops: how many of them stand one after
 * another.
 *
 * Invariant: an answer is held until every call that is under way has its answer and the client makes no further call. So calls
 * that do not wait for one another are of one hop, however fast the machine is.
 */
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { reply, type WholeAnswer, wholeAnswer } from '../faults/real/whole-answer.ts';

/** What one event cost. */
export interface Cost {
  /** The methods in the order of the calls. */
  readonly calls: readonly string[];
  readonly hops: number;
  /** The same for people: calls of one hop side by side, and hops one after another. */
  readonly course: string;
}

export interface CountingProxy {
  /** For SPANNER_EMULATOR_HOST. */
  readonly host: string;
  /** Runs the work alone, and counts the calls that are made until it ends. */
  costOf(work: () => Promise<unknown>): Promise<Cost>;
  close(): Promise<void>;
}

/** Calls that the client makes for itself, now and then, and not for one event. */
const NOT_COUNTED = /Session(s)?$/;
/** How long the client makes no call before it is taken to wait for its answers. */
const QUIET_MS = 12;

export async function startCountingProxy(emulatorHost: string): Promise<CountingProxy> {
  const upstream = connect(`http://${emulatorHost}`);
  const gate = new Gate();
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    const asked = ask(upstream, stream, headers);
    // What the client cancels is not answered.
    stream.on('error', () => undefined);
    const answered = NOT_COUNTED.test(method) ? asked : gate.hold(method, asked);
    answered.then(
      (answer) => reply(stream, answer),
      () => stream.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    costOf: (work) => gate.costOf(work),
    async close() {
      upstream.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

class Gate {
  #calls: string[] = [];
  #hops = 0;
  /** The number of calls that were made when each hop ended. */
  #ends: number[] = [];
  #underWay = 0;
  /** Answers that wait for the hop to be over. */
  #release: (() => void)[] = [];
  #changes = 0;
  #isCounting = false;

  async hold(method: string, asked: Promise<WholeAnswer>): Promise<WholeAnswer> {
    if (!this.#isCounting) return asked;
    this.#calls.push(method);
    this.#underWay++;
    this.#changes++;
    try {
      return await asked;
    } finally {
      const released = new Promise<void>((resolve) => this.#release.push(resolve));
      void this.#endHop(++this.#changes);
      await released;
    }
  }

  async costOf(work: () => Promise<unknown>): Promise<Cost> {
    this.#calls = [];
    this.#hops = 0;
    this.#ends = [];
    this.#isCounting = true;
    try {
      await work();
      const hops = this.#ends.map((end, hop) => this.#calls.slice(this.#ends[hop - 1] ?? 0, end));
      const course = hops.map((calls) => calls.join(' + ')).join(', then ');
      return { calls: this.#calls, hops: this.#hops, course };
    } finally {
      this.#isCounting = false;
    }
  }

  /** Lets the answers go, unless a call or an answer has come since. */
  async #endHop(changes: number): Promise<void> {
    await sleep(QUIET_MS);
    await turn();
    await turn();
    if (changes !== this.#changes || this.#release.length < this.#underWay) return;
    this.#hops++;
    this.#ends.push(this.#calls.length);
    this.#underWay = 0;
    for (const release of this.#release.splice(0)) release();
  }
}

function ask(
  upstream: ClientHttp2Session,
  stream: ServerHttp2Stream,
  { connection: _, ...headers }: IncomingHttpHeaders,
): Promise<WholeAnswer> {
  const request = upstream.request(headers);
  stream.pipe(request);
  return wholeAnswer(request);
}
