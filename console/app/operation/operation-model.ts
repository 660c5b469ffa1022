import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { ApiError, unreachable } from '../api/api-error.ts';
import type { Inspection, Operation, Summary } from '../api/operation.ts';
import type { OperationsClient } from '../api/operations-client.ts';
import { quoted } from '../filter/clauses.ts';
import type { Explanation } from './explanation.ts';
import { explanationOf } from './read-explanation.ts';

/** How long to wait for further changes before the operation is read again, in milliseconds. */
const RELOAD_MS = 400;
/** The largest number of children on the timeline. With more, single children would not be visible. */
const MAX_CHILDREN = 1_000;

/** One operation with its inspection, explanation and children. It is read again whenever the operation or a child changes. */
export class OperationModel {
  readonly name: string;
  readonly inspection: ReadonlySignal<Inspection | undefined>;
  readonly operation: ReadonlySignal<Operation | undefined>;
  readonly explanation: ReadonlySignal<Explanation | undefined>;
  /** The newest operations that name this one as their parent, newest first: at most MAX_CHILDREN. */
  readonly children: ReadonlySignal<readonly Summary[]>;
  /** Whether there are more children than `children` has. */
  readonly hasMoreChildren: ReadonlySignal<boolean>;
  readonly error: ReadonlySignal<ApiError | undefined>;
  /** Incremented after each read. */
  readonly version: ReadonlySignal<number>;

  readonly #client: OperationsClient;
  readonly #inspection = signal<Inspection | undefined>(undefined);
  readonly #operation = signal<Operation | undefined>(undefined);
  readonly #explanation = signal<Explanation | undefined>(undefined);
  readonly #children = signal<readonly Summary[]>([]);
  readonly #hasMoreChildren = signal(false);
  readonly #error = signal<ApiError | undefined>(undefined);
  readonly #version = signal(0);
  readonly #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #again = false;

  constructor(client: OperationsClient, name: string) {
    this.#client = client;
    this.name = name;
    this.inspection = this.#inspection;
    this.operation = this.#operation;
    this.explanation = this.#explanation;
    this.children = this.#children;
    this.hasMoreChildren = this.#hasMoreChildren;
    this.error = this.#error;
    this.version = this.#version;
  }

  /** The filter of the watch whose changes cause the next read. */
  get filter(): string {
    return `(name = ${quoted(this.name)} OR parent = ${quoted(this.name)})`;
  }

  reloadSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.reload();
    }, RELOAD_MS);
  }

  /** One read at a time. Any number of requests during a read cause one further read. */
  async reload(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      await this.#read();
    } catch (error) {
      if (!this.#stop.signal.aborted)
        this.#error.value = error instanceof ApiError ? error : unreachable(error);
    } finally {
      this.#reading = false;
      if (this.#again && !this.#stop.signal.aborted) {
        this.#again = false;
        this.reloadSoon();
      }
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  async #read(): Promise<void> {
    const { signal: stop } = this.#stop;
    const filter = `parent = ${quoted(this.name)}`;
    const [inspection, operation, children] = await Promise.all([
      this.#client.inspect(this.name, { pageSize: 100 }, stop),
      this.#client.operation(this.name, stop),
      this.#client.list({ filter, pageSize: MAX_CHILDREN }, stop),
    ]);
    const explanation = await explanationOf(this.#client, this.name, stop, inspection).catch(() => undefined);
    batch(() => {
      this.#inspection.value = inspection;
      this.#operation.value = operation;
      this.#children.value = children.operations ?? [];
      this.#hasMoreChildren.value = Boolean(children.nextPageToken);
      this.#explanation.value = explanation;
      this.#error.value = undefined;
      this.#version.value++;
    });
  }
}
