import type { protos } from '@google-cloud/pubsub';
import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js';
import { logFault } from '../../../shared/operations-api/fault-log.ts';
import type { Undecoded } from '../../../shared/operations-api/grpc-definition.ts';
import { serviceError } from '../../../shared/operations-api/grpc-error.ts';
import { Failure, InvalidInput } from '../../../shared/orchestrator/ports/failure.ts';
import type { Bus } from '../bus.ts';
import type { MessageStream } from '../message-stream.ts';
import { receivedMessage } from './received-message.ts';
import { subscriptionOf } from './resource-path.ts';

type Request = protos.google.pubsub.v1.StreamingPullRequest;
type Response = protos.google.pubsub.v1.IStreamingPullResponse;
type Call = ServerDuplexStream<Undecoded<Request>, Response>;

/**
 * The method StreamingPull: the server sends messages as they come, and the client sends acknowledgements and deadlines.
 * The stream ends when the client ends it, the subscription is deleted, or a request breaks a rule.
 * https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1#streamingpullrequest
 */
export function streamingPull(bus: Bus) {
  return (call: Call) => {
    const pull = new StreamingPull(bus, call);
    call.on('data', (request: Undecoded<Request>) => void pull.receive(request));
    call.on('drain', () => pull.drained());
    call.on('end', () => pull.end());
    call.on('cancelled', () => pull.stop());
  };
}

class StreamingPull {
  readonly #bus: Bus;
  readonly #call: Call;
  #stream: MessageStream | undefined;
  #subscription = '';
  #ended = false;

  constructor(bus: Bus, call: Call) {
    this.#bus = bus;
    this.#call = call;
  }

  async receive(undecoded: Undecoded<Request>): Promise<void> {
    if (this.#ended) return;
    try {
      const request = undecoded();
      if (this.#stream === undefined) this.#open(request);
      else this.#adjust(this.#stream, request);
      await this.#acknowledge(request);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The connection accepts messages again. */
  drained(): void {
    if (!this.#ended) this.#stream?.resume();
  }

  /** The client sends no more requests. */
  end(): void {
    if (this.#ended) return;
    this.stop();
    this.#call.end();
  }

  stop(): void {
    this.#ended = true;
    this.#stream?.stop();
  }

  #open(request: Request): void {
    const { name } = subscriptionOf('subscription', request.subscription);
    const ackDeadline = checkedDeadline(request.streamAckDeadlineSeconds);
    const { config } = this.#bus.registry.subscription(name);
    this.#subscription = name;
    // Clients wait for the headers to know that the stream is open.
    this.#call.sendMetadata(new Metadata());
    const subscriptionProperties = {
      exactlyOnceDeliveryEnabled: config.exactlyOnce ?? false,
      messageOrderingEnabled: config.ordered,
    };
    this.#send({ subscriptionProperties });
    this.#stream = this.#bus.stream(name, {
      ackDeadline,
      maxMessages: limitOf(request.maxOutstandingMessages),
      maxBytes: limitOf(request.maxOutstandingBytes),
      deliver: (messages) =>
        this.#send({ receivedMessages: messages.map(receivedMessage), subscriptionProperties }),
      closed: () => this.#fail(new Failure('notFound', `Subscription does not exist: ${name}`)),
    });
    if (this.#call.writableNeedDrain) this.#stream.pause();
  }

  #adjust(stream: MessageStream, request: Request): void {
    if (request.subscription !== '') throw new InvalidInput('subscription', 'is for the first request only');
    for (const field of ['maxOutstandingMessages', 'maxOutstandingBytes'] as const) {
      if (Number(request[field]) !== 0) throw new InvalidInput(field, 'is for the first request only');
    }
    if (request.streamAckDeadlineSeconds !== 0) {
      stream.ackDeadline = checkedDeadline(request.streamAckDeadlineSeconds);
    }
  }

  async #acknowledge({ ackIds, modifyDeadlineAckIds, modifyDeadlineSeconds }: Request): Promise<void> {
    if (modifyDeadlineAckIds.length !== modifyDeadlineSeconds.length) {
      throw new InvalidInput('modifyDeadlineSeconds', 'must be as many as modifyDeadlineAckIds');
    }
    const bySeconds = new Map<number, string[]>();
    for (const [index, ackId] of modifyDeadlineAckIds.entries()) {
      const seconds = modifyDeadlineSeconds[index] ?? 0;
      const ids = bySeconds.get(seconds);
      if (ids === undefined) bySeconds.set(seconds, [ackId]);
      else ids.push(ackId);
    }
    for (const [seconds, ids] of bySeconds) this.#bus.modifyAckDeadline(this.#subscription, ids, seconds);
    if (ackIds.length > 0) await this.#bus.acknowledge(this.#subscription, ackIds);
  }

  #send(response: Response): void {
    if (!this.#call.write(response)) this.#stream?.pause();
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.stop();
    logFault(error);
    this.#call.emit('error', serviceError(error));
  }
}

function checkedDeadline(seconds: number): number {
  if (seconds >= 10 && seconds <= 600) return seconds;
  throw new InvalidInput('streamAckDeadlineSeconds', 'must be 10 to 600');
}

/** Zero and negative numbers mean no limit. */
function limitOf(limit: unknown): number {
  const number = Number(limit);
  return number > 0 ? number : Number.POSITIVE_INFINITY;
}
