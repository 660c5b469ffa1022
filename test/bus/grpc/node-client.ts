import { v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import {
  type Answer,
  type GrpcClient,
  GrpcError,
  type PullStream,
  type ReceivedMessage,
} from './grpc-client.ts';
import { fromJson, toJson } from './proto-json.ts';

type Method = (request: object, options: object) => Promise<[Answer]>;

/** Google's client library for Node, as it is published. */
export function nodeClient(host: string): GrpcClient {
  const [servicePath, port] = host.split(':');
  const options = {
    servicePath,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId: 'any',
  };
  const publisher = new v1.PublisherClient(options);
  const subscriber = new v1.SubscriberClient(options);
  return {
    async call(method, request) {
      const [service, name = ''] = method.split('.');
      const client = service === 'Publisher' ? publisher : subscriber;
      const call = (client as unknown as Record<string, Method>)[
        name.charAt(0).toLowerCase() + name.slice(1)
      ];
      if (call === undefined) throw new TypeError(`The client has no ${method}.`);
      const options = { autoPaginate: false, retry: null };
      const answered = call.call(client, fromJson(request) as object, options);
      const answer = await answered.catch(({ code, details, message }) => {
        throw new GrpcError(code, details ?? message);
      });
      return toJson(LISTS.has(name) ? (answer as Answer)[2] : answer[0]);
    },
    streamingPull(request) {
      return new NodePullStream(subscriber, request);
    },
    async close() {
      await Promise.all([publisher.close(), subscriber.close()]);
    },
  };
}

/** Their third result is the answer of the server. */
const LISTS = new Set(['ListTopics', 'ListTopicSubscriptions', 'ListSubscriptions']);

class NodePullStream implements PullStream {
  readonly received: ReceivedMessage[] = [];
  status: number | undefined;
  readonly #stream: ReturnType<v1.SubscriberClient['streamingPull']>;

  constructor(subscriber: v1.SubscriberClient, request: object) {
    this.#stream = subscriber.streamingPull();
    this.#stream.on('data', (response) => {
      const { receivedMessages = [] } = toJson(response) as { receivedMessages?: ReceivedMessage[] };
      this.received.push(...receivedMessages);
    });
    this.#stream.on('error', ({ code }: Error & { code?: number }) => {
      this.status ??= code;
    });
    this.#stream.on('end', () => {
      this.status ??= 0;
    });
    this.send(request);
  }

  send(request: object): void {
    this.#stream.write(fromJson(request));
  }

  cancel(): void {
    this.#stream.cancel();
  }
}
