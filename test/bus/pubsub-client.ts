import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** A message as Pub/Sub's JSON has it, its data as text. */
export interface ClientMessage {
  readonly data?: string | Uint8Array;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly orderingKey?: string;
}

export interface ReceivedMessage {
  readonly ackId: string;
  readonly deliveryAttempt?: number;
  readonly message: {
    readonly data?: string;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly messageId: string;
    readonly publishTime: string;
    readonly orderingKey?: string;
  };
}

export interface Answer {
  readonly status: number;
  readonly json: {
    readonly error?: { readonly code: number; readonly message: string; readonly status: string };
    readonly [field: string]: unknown;
  };
}

export const PROJECT = 'bus-test';
const DEADLINE = 20_000;

/** Pub/Sub over REST, as any client calls it: the one driver of every bus under test. */
export class PubSubClient {
  readonly #host: () => string;

  /** `host` returns host and port. It is called at each request, because the bus may start later. */
  constructor(host: () => string) {
    this.#host = host;
  }

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`http://${this.#host()}/v1/projects/${PROJECT}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Answer['json'] };
  }

  /** A topic of its own. */
  async topic(): Promise<string> {
    const name = unique('topic');
    await this.#succeed('PUT', `topics/${name}`, {});
    return name;
  }

  /** A subscription of its own. */
  async subscription(topic: string, settings: object = {}): Promise<string> {
    const name = unique('subscription');
    await this.#succeed('PUT', `subscriptions/${name}`, { topic: this.topicPath(topic), ...settings });
    return name;
  }

  topicPath(topic: string): string {
    return `projects/${PROJECT}/topics/${topic}`;
  }

  subscriptionPath(subscription: string): string {
    return `projects/${PROJECT}/subscriptions/${subscription}`;
  }

  /** Publishes messages and returns their ids. */
  async publish(topic: string, ...messages: ClientMessage[]): Promise<string[]> {
    const json = messages.map(({ data, ...rest }) => ({
      ...rest,
      ...(data !== undefined && { data: Buffer.from(data).toString('base64') }),
    }));
    const { messageIds } = await this.#succeed('POST', `topics/${topic}:publish`, { messages: json });
    return messageIds as string[];
  }

  /** Pulls messages. By default, it returns at once with the messages that are available now. */
  async pull(subscription: string, maxMessages = 100, returnImmediately = true): Promise<ReceivedMessage[]> {
    const body = { maxMessages, returnImmediately };
    const { receivedMessages = [] } = await this.#succeed('POST', `subscriptions/${subscription}:pull`, body);
    return receivedMessages as ReceivedMessage[];
  }

  /** Pulls until there are `count` messages. */
  async receive(subscription: string, count: number): Promise<ReceivedMessage[]> {
    const received: ReceivedMessage[] = [];
    for (const since = Date.now(); received.length < count; ) {
      if (Date.now() - since > DEADLINE) throw new Error(`${received.length} of ${count} messages came`);
      const batch = await this.pull(subscription, count - received.length);
      if (batch.length === 0) await sleep(10);
      received.push(...batch);
    }
    return received;
  }

  async acknowledge(subscription: string, ...received: ReceivedMessage[]): Promise<void> {
    const ackIds = received.map(({ ackId }) => ackId);
    await this.#succeed('POST', `subscriptions/${subscription}:acknowledge`, { ackIds });
  }

  /** Moves the ack deadline; 0 seconds refuse the messages. */
  async modifyDeadline(subscription: string, seconds: number, ...received: ReceivedMessage[]): Promise<void> {
    const body = { ackIds: received.map(({ ackId }) => ackId), ackDeadlineSeconds: seconds };
    await this.#succeed('POST', `subscriptions/${subscription}:modifyAckDeadline`, body);
  }

  async #succeed(method: string, path: string, body: object): Promise<Answer['json']> {
    const { status, json } = await this.call(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }
}

export function unique(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

/** The data of the messages as text. */
export function texts(received: readonly ReceivedMessage[]): string[] {
  return received.map(({ message }) => Buffer.from(message.data ?? '', 'base64').toString());
}
