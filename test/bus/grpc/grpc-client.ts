/**
 * Pub/Sub over gRPC, method by method, as a client library of some language calls it. Requests and answers are in proto3
 * JSON, so that one suite drives every client; an answer may lack what has its default.
 */
export interface GrpcClient {
  /** `method` is `Publisher.CreateTopic` and so on. Rejects with a GrpcError. */
  call(method: string, request: object): Promise<Answer>;
  streamingPull(request: object): PullStream;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: the suite looks into answers of every method.
export type Answer = any;

export interface PullStream {
  /** What has come so far. */
  readonly received: readonly ReceivedMessage[];
  /** The code of the status, once the server has ended the stream. */
  readonly status: number | undefined;
  send(request: object): void;
  /** Gives the stream up. */
  cancel(): void;
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

export class GrpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(`${code} ${message}`);
    this.code = code;
  }
}

/** google.rpc.Code. */
export const CODE = { INVALID_ARGUMENT: 3, NOT_FOUND: 5, ALREADY_EXISTS: 6, FAILED_PRECONDITION: 9 } as const;
