/** An error of a call that was refused, or got no answer. */
export class ApiError extends Error {
  /** The name of the google.rpc.Code. UNAVAILABLE if no answer came. */
  readonly status: string;
  readonly httpStatus: number;
  /** The field of the request that breaks a rule. */
  readonly field: string | undefined;

  constructor(message: string, status: string, httpStatus: number, field?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.httpStatus = httpStatus;
    this.field = field;
  }

  /** Whether the server does not have the method, because it is an older release or a deployment without the method. */
  get isUnimplemented(): boolean {
    return (
      this.status === 'UNIMPLEMENTED' || (this.httpStatus === 404 && this.message.includes('no such method'))
    );
  }
}

interface ErrorBody {
  readonly error?: {
    readonly message?: string;
    readonly status?: string;
    readonly details?: readonly { readonly fieldViolations?: readonly { readonly field?: string }[] }[];
  };
}

export async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const { message, status, details = [] } = body.error ?? {};
  const field = details.flatMap(({ fieldViolations = [] }) => fieldViolations).at(0)?.field;
  const fallback = `The server answered ${response.status} ${response.statusText}.`;
  return new ApiError(message ?? fallback, status ?? 'UNKNOWN', response.status, field);
}

export function unreachable(cause: unknown): ApiError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ApiError(`The server does not answer (${detail}).`, 'UNAVAILABLE', 0);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
