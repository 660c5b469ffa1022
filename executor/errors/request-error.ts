/** The error of a request that the executor refuses, with its google.rpc code. */
export class RequestError extends Error {
  /** The name of the class. */
  override readonly name = 'RequestError';
  /** The google.rpc code by name. */
  readonly status: RequestStatus;

  constructor(status: RequestStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** The google.rpc codes with which the executor refuses requests. */
export type RequestStatus =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE';

/** The HTTP code of each. */
export const HTTP_CODES: Readonly<Record<RequestStatus, number>> = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
};
