import type { CommitQueue } from '../../sqlite/commit-queue.ts';
import type { NewMessage } from '../storage.ts';

/** The messages of all `append` calls of one transaction. */
interface Appending {
  readonly messages: NewMessage[];
  /** Resolves when `durableId` covers the messages. */
  appended: Promise<void>;
}

/** The messages of one transaction that runs ahead of the disk. */
interface AppendingAhead {
  lastId: number;
  readonly durable: Promise<void>;
  /** Resolves when `durableId` covers all messages of the transaction. */
  readonly appended: Promise<void>;
}

/**
 * Brings new messages into transactions, and knows up to which message everything is durable.
 *
 * All messages of one transaction share one promise, and those of `append` also one task of the commit queue, because a transaction
 * has many messages.
 *
 * Invariant: messages become durable in the order of their ids, because they are appended in it.
 */
export class Appends {
  readonly #queue: CommitQueue;
  readonly #defer: (messages: readonly NewMessage[]) => void;
  /** What further calls of `append` join. undefined if no transaction is open, or none of its tasks appends. */
  #open: Appending | undefined;
  #ahead: AppendingAhead | undefined;
  #durableId = 0;

  /** @param defer writes messages at the end of the open transaction */
  constructor(queue: CommitQueue, defer: (messages: readonly NewMessage[]) => void) {
    this.#queue = queue;
    this.#defer = defer;
  }

  /** All messages up to this id are durable. */
  get durableId(): number {
    return this.#durableId;
  }

  areDurable(lastId: number): void {
    if (lastId > this.#durableId) this.#durableId = lastId;
  }

  append(messages: readonly NewMessage[]): Promise<void> {
    const joined = this.#open;
    if (joined) {
      for (const message of messages) joined.messages.push(message);
      this.#defer(messages);
      return joined.appended;
    }
    const begun: Appending = { messages: [...messages], appended: NOTHING };
    const stored = this.#queue.runAtOnce(() => {
      this.#open = begun;
      this.#defer(begun.messages);
    });
    begun.appended = stored.then(() => this.areDurable(lastIdOf(begun.messages)));
    return begun.appended;
  }

  appendAhead(messages: readonly NewMessage[]): Promise<void> {
    try {
      this.#queue.runAhead(this.#queue.lead, () => this.#defer(messages));
      return this.#appendedAhead(lastIdOf(messages), this.#queue.durable());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The open transaction ends, so no further call joins its messages. */
  end(): void {
    this.#open = undefined;
  }

  #appendedAhead(lastId: number, durable: Promise<void> | undefined): Promise<void> {
    if (!durable) {
      this.areDurable(lastId);
      return Promise.resolve();
    }
    const joined = this.#ahead;
    if (joined?.durable === durable) {
      joined.lastId = lastId;
      return joined.appended;
    }
    const begun: AppendingAhead = {
      lastId,
      durable,
      appended: durable.then(() => this.areDurable(begun.lastId)),
    };
    this.#ahead = begun;
    return begun.appended;
  }
}

const NOTHING = Promise.resolve();

function lastIdOf(messages: readonly NewMessage[]): number {
  return messages.at(-1)?.message.id ?? 0;
}
