/** The transport of calls: a port, because workers have a leaner way than `fetch`, and a browser has only `fetch`. */
export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** 0 means no limit. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Rejects if no server answers. */
export type Transport = (request: TransportRequest) => Promise<Response>;

export function fetchTransport(send: typeof fetch): Transport {
  return ({ url, method, headers, body, timeoutMs, signal }) =>
    send(url, { method, headers, signal: callSignal(timeoutMs, signal) ?? null, body });
}

function callSignal(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal | undefined {
  if (timeoutMs === 0) return signal;
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}
