/** The events that could not be applied: those of the common inbox, and those in the inbox of each tenant. */
import type { DeadLetter } from '../../console/server/system-view.ts';
import { REDACTED } from '../../shared/messages/redaction.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Tenant } from '../../shared/orchestrator/tenants.ts';
import { DEFAULT_TOPICS, subscriptionsOf, topicsOf } from '../../shared/pubsub/topology.ts';
import type { Bus } from '../bus/bus.ts';
import type { PulledMessage } from '../bus/pulled-message.ts';

const MAX_PULLED = 1_000;
/**
 * The number of bytes of a dead letter's data that are shown. More would slow down the list. Only a dead letter that is
 * shown completely can be published again from the console.
 */
const MAX_DATA_BYTES = 256 * 1024;

interface Inbox {
  readonly subscription: string;
  /** The topic that its events were published to. */
  readonly lifecycleTopic: string;
}

export class DeadLetterInboxes {
  readonly #bus: Bus;
  readonly #inboxes: readonly Inbox[];
  readonly #hidesData: boolean;

  constructor(bus: Bus, tenants: readonly Tenant[], { hidesData }: { readonly hidesData: boolean }) {
    this.#bus = bus;
    this.#hidesData = hidesData;
    this.#inboxes = [undefined, ...tenants].map((tenant) => ({
      subscription: subscriptionsOf(tenant).deadLetters,
      lifecycleTopic: topicsOf(DEFAULT_TOPICS, tenant).lifecycle,
    }));
  }

  async list(limit: number): Promise<readonly DeadLetter[]> {
    const shown: DeadLetter[] = [];
    for (const inbox of this.#inboxes) {
      const room = limit - shown.length;
      if (room === 0) break;
      await this.#read(inbox, room, async (letters) => {
        for (const letter of letters) shown.push(deadLetterOf(letter, this.#hidesData));
      });
    }
    return shown;
  }

  /** @param data undefined: the event as it is */
  publishAgain(id: string, data: Uint8Array | undefined): Promise<void> {
    return this.#acknowledge(id, async ({ message }, { lifecycleTopic }) => {
      if (data === undefined && message.attributes.dataTruncated === 'true')
        throw new Failure('precondition', `The end of the dead letter ${id} is lost: publish it whole.`);
      await this.#bus.publish(lifecycleTopic, [{ data: data ?? message.data, attributes: {} }]);
    });
  }

  discard(id: string): Promise<void> {
    return this.#acknowledge(id, async () => {});
  }

  async #acknowledge(id: string, before: (letter: PulledMessage, inbox: Inbox) => Promise<void>) {
    for (const inbox of this.#inboxes) {
      const isFound = await this.#read(inbox, MAX_PULLED, async (letters) => {
        const letter = letters.find(({ message }) => message.messageId === id);
        if (!letter) return false;
        await before(letter, inbox);
        await this.#bus.acknowledge(inbox.subscription, [letter.ackId]);
        return true;
      });
      if (isFound) return;
    }
    throw new Failure('notFound', `There is no dead letter ${id}, or another subscriber holds it.`);
  }

  /** Reads dead letters like the console of Pub/Sub does: pulls them, and gives back those that stay. */
  async #read<T>(
    { subscription }: Inbox,
    limit: number,
    use: (letters: readonly PulledMessage[]) => Promise<T>,
  ): Promise<T> {
    const letters = await this.#bus.pull(subscription, { maxMessages: limit });
    try {
      return await use(letters);
    } finally {
      // A message that was acknowledged does not come back by this.
      const ackIds = letters.map(({ ackId }) => ackId);
      this.#bus.modifyAckDeadline(subscription, ackIds, 0);
    }
  }
}

function deadLetterOf({ message }: PulledMessage, hidesData: boolean): DeadLetter {
  const { messageId, publishTime, attributes } = message;
  const bytes = Buffer.from(message.data);
  const header = {
    id: messageId,
    publishTime,
    reason: attributes.reason ?? 'It was delivered too often.',
    field: attributes.field,
  };
  // What an event that breaks a rule contains is not known, so no part of it is shown. It counts as cut off.
  if (hidesData) return { ...header, data: REDACTED, encoding: 'TEXT', truncated: true };
  const text = textOf(bytes.subarray(0, MAX_DATA_BYTES));
  return {
    ...header,
    data: text ?? bytes.subarray(0, MAX_DATA_BYTES).toString('base64'),
    encoding: text === undefined ? 'BASE64' : 'TEXT',
    truncated: bytes.length > MAX_DATA_BYTES || attributes.dataTruncated === 'true',
  };
}

/** Returns undefined if the bytes are not text that a person can correct. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.trimStart().startsWith('{') ? text : undefined;
  } catch {
    return undefined;
  }
}
