/** A request that the executor refuses, with the google.rpc code it stands for. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: RequestStatus;

  constructor(status: RequestStatus, message: string) {
    super(message);
    this.status = status;
  }
}

export type RequestStatus =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE';
