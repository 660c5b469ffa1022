/** Answers of a gRPC service that a proxy holds back as a whole. */
import type { ClientHttp2Stream, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';

export interface WholeAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly chunks: readonly Buffer[];
  readonly trailers: IncomingHttpHeaders;
}

/** Resolves with the answer to a call, which is carried out even if the client cancels it meanwhile. */
export function wholeAnswer(asked: ClientHttp2Stream): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    asked.on('response', (found) => {
      headers = found;
    });
    asked.on('trailers', (found) => {
      trailers = found;
    });
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => resolve({ headers, chunks, trailers })).on('error', reject);
  });
}

/** Passes the answer on, unless the client has left. */
export function reply(stream: ServerHttp2Stream, { headers, chunks, trailers }: WholeAnswer): void {
  if (stream.destroyed || stream.closed) return;
  // gRPC says an error in the headers alone.
  if (chunks.length === 0 && Object.keys(trailers).length === 0) {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(Buffer.concat(chunks));
}
