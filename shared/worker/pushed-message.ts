/** Reads a message from the request of a push subscription, and answers it: https://cloud.google.com/pubsub/docs/push#receive_push */
import type { IncomingMessage } from 'node:http';
import type { SignalMessage } from './signal-source.ts';

/** A request of Node, express or the functions-framework. The last two have already parsed the body. */
export type PushRequest = IncomingMessage & {
  /** The parsed body, if something before has read it. */
  body?: unknown;
};

export interface Push {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Pub/Sub's limit of a message, in base64, with the JSON around it. */
const MAX_BODY_BYTES = 15_000_000;

/** Returns undefined if the body is not a push, or did not arrive whole. */
export async function readPush(request: PushRequest): Promise<Push | undefined> {
  const body = await readBody(request);
  const message = isObject(body) ? body.message : undefined;
  if (!isObject(message)) return undefined;
  const { data = '', attributes = {} } = message;
  if (typeof data !== 'string' || !isObject(attributes)) return undefined;
  return { data: Buffer.from(data, 'base64'), attributes: attributes as Record<string, string> };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function readBody(request: PushRequest): Promise<unknown> {
  if (request.body !== undefined) return request.body;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Throws if the caller closes the connection. Without a catch, that would end the process with all its attempts.
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

const TAKEN = 204;
/** Pub/Sub pushes the message again, after the pause of its retry policy. */
const PUT_OFF = 429;

/** The HTTP answer acknowledges a pushed message, so the answer is sent after the attempt has ended. */
export class PushedMessage implements SignalMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  #putOff = false;
  #acknowledged = false;
  #end: () => void = () => {};
  readonly #ended: Promise<void>;

  constructor({ data, attributes }: Push) {
    this.data = data;
    this.attributes = attributes;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  ack(): void {
    this.#acknowledged = true;
  }

  putOff(): void {
    this.#putOff = true;
    this.#end();
  }

  ended(): void {
    this.#end();
  }

  /** Resolves with the HTTP status of the answer. Call it after `receive`. */
  async status(): Promise<number> {
    // A message that `receive` acknowledges at once starts no attempt: a repeat, or a CANCEL.
    if (!this.#acknowledged) await this.#ended;
    return this.#putOff ? PUT_OFF : TAKEN;
  }
}
