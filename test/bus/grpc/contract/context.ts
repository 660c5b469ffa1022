import { until } from '../../../setup/until.ts';
import { unique } from '../../pubsub-client.ts';
import type { Answer, GrpcClient, PullStream, ReceivedMessage } from '../grpc-client.ts';

export const PROJECT = 'grpc-test';

export interface MessageFields {
  readonly data?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly orderingKey?: string;
}

/** What a case has to work with. Each makes topics and subscriptions of its own; names are whole paths. */
export class GrpcContext {
  readonly #client: () => GrpcClient;
  readonly #streams: PullStream[] = [];

  constructor(client: () => GrpcClient) {
    this.#client = client;
  }

  call(method: string, request: object): Promise<Answer> {
    return this.#client().call(method, request);
  }

  /** The code that the call is refused with. */
  async refused(method: string, request: object): Promise<number | undefined> {
    return this.call(method, request).then(
      () => undefined,
      ({ code }) => code,
    );
  }

  newTopic(): string {
    return `projects/${PROJECT}/topics/${unique('topic')}`;
  }

  newSubscription(): string {
    return `projects/${PROJECT}/subscriptions/${unique('subscription')}`;
  }

  async topic(): Promise<string> {
    const name = this.newTopic();
    await this.call('Publisher.CreateTopic', { name });
    return name;
  }

  /** A topic with one subscription. */
  async channel(settings: object = {}): Promise<{ readonly topic: string; readonly subscription: string }> {
    const topic = await this.topic();
    const subscription = this.newSubscription();
    await this.call('Subscriber.CreateSubscription', { name: subscription, topic, ...settings });
    return { topic, subscription };
  }

  /** Publishes in one request, `data` being text; the message ids. */
  async publish(topic: string, ...messages: MessageFields[]): Promise<string[]> {
    const encoded = messages.map(({ data, ...rest }) => ({
      ...rest,
      ...(data !== undefined && { data: Buffer.from(data).toString('base64') }),
    }));
    const { messageIds } = await this.call('Publisher.Publish', { topic, messages: encoded });
    return messageIds;
  }

  /** What is there now. */
  async pull(subscription: string, maxMessages = 100): Promise<ReceivedMessage[]> {
    const request = { subscription, maxMessages, returnImmediately: true };
    const { receivedMessages = [] } = await this.call('Subscriber.Pull', request);
    return receivedMessages;
  }

  /** Pulls until there are `count` messages. */
  async receive(subscription: string, count: number): Promise<ReceivedMessage[]> {
    const received: ReceivedMessage[] = [];
    await until(`${count} messages`, async () => {
      received.push(...(await this.pull(subscription, count - received.length)));
      return received.length >= count;
    });
    return received;
  }

  async acknowledge(subscription: string, ...received: ReceivedMessage[]): Promise<void> {
    await this.call('Subscriber.Acknowledge', { subscription, ackIds: idsOf(received) });
  }

  async modifyDeadline(subscription: string, seconds: number, ...received: ReceivedMessage[]): Promise<void> {
    const request = { subscription, ackIds: idsOf(received), ackDeadlineSeconds: seconds };
    await this.call('Subscriber.ModifyAckDeadline', request);
  }

  stream(subscription: string, settings: object = {}): PullStream {
    const request = { subscription, streamAckDeadlineSeconds: 60, ...settings };
    const stream = this.#client().streamingPull(request);
    this.#streams.push(stream);
    return stream;
  }

  close(): void {
    for (const stream of this.#streams) stream.cancel();
  }
}

export function idsOf(received: readonly ReceivedMessage[]): string[] {
  return received.map(({ ackId }) => ackId);
}

/** The data of the messages as text. */
export function texts(received: readonly ReceivedMessage[]): string[] {
  return received.map(({ message }) => Buffer.from(message.data ?? '', 'base64').toString());
}

/** Waits until the stream has received so many messages. */
export function arrived(stream: PullStream, count: number): Promise<boolean> {
  return until(`message ${count} on the stream`, () => stream.received.length >= count);
}

/** The status that the server ends the stream with. */
export function ended(stream: PullStream): Promise<number> {
  return until('the end of the stream', () => stream.status);
}
