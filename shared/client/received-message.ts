/** Reads the messages that subscribers receive: signals and completions. */
import { fromAny } from './payload.ts';

/** A message of any Pub/Sub client. */
export interface ReceivedMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface WorkerSignal {
  readonly kind: 'RESUME' | 'CANCEL';
  readonly operation: string;
  readonly method: string;
  /** The same for every repeat of the signal. */
  readonly eventId: string;
  /** The following fields are for RESUME only. */
  readonly waitId: string;
  readonly cause: 'CHILDREN' | 'SLEEP' | 'DEADLINE' | 'CANCEL' | undefined;
  readonly resumePoint: string;
  readonly checkpoint: Checkpoint;
  readonly children: {
    readonly counts: Readonly<Record<string, number>>;
    readonly first: readonly { readonly name: string; readonly outcome: string }[];
  };
}

/** The savepoint of the worker. */
export class Checkpoint {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The value that `checkpoint` was given as JSON, or undefined if nothing was saved. */
  json(): unknown {
    return this.bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(this.bytes));
  }
}

export function readSignal({ data, attributes }: ReceivedMessage): WorkerSignal {
  const signal = parse(data);
  return {
    kind: signal.kind,
    operation: signal.operation,
    method: signal.method ?? '',
    eventId: attributes.eventId ?? '',
    waitId: signal.waitId ?? '',
    cause: signal.cause,
    resumePoint: signal.resumePoint ?? '',
    checkpoint: new Checkpoint(Buffer.from(signal.checkpoint ?? '', 'base64')),
    children: { counts: signal.children?.counts ?? {}, first: signal.children?.first ?? [] },
  };
}

export interface Completion {
  readonly operation: string;
  readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  /** The dedupe key: the same for every repeat of the message. */
  readonly eventId: string;
  readonly metadata: unknown;
  readonly response: unknown;
  readonly error: { readonly code: number; readonly message: string } | undefined;
}

export function readCompletion({ data, attributes }: ReceivedMessage): Completion {
  const { name, metadata, response, error } = parse(data);
  const state = error === undefined ? 'SUCCEEDED' : ((attributes.state ?? 'FAILED') as Completion['state']);
  return {
    operation: name,
    state,
    eventId: attributes.eventId ?? '',
    metadata: fromAny(metadata),
    response: fromAny(response),
    error,
  };
}

function parse(data: Uint8Array) {
  return JSON.parse(new TextDecoder().decode(data));
}
