import { createServer, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { brokenRequest, type HttpRefusal, refusalJson, sendRefusal } from './refusal.ts';

/**
 * Creates a server that answers requests which no listener sees in the error form of every other refusal: Node answers them
 * without a body.
 */
export function createHttpServer(listener: RequestListener): Server {
  // Node would answer a request without a Host header itself. The listener is behindPlainTargets, which refuses it.
  const server = createServer({ requireHostHeader: false }, listener);
  server.on('clientError', answerUnreadable);
  server.on('checkExpectation', (_request, response) => sendRefusal(response, brokenRequest(417)));
  return server;
}

/** The status by the code of Node's error. Every other request broke the syntax of HTTP. */
const STATUS_OF_CODE: ReadonlyMap<string | undefined, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

function answerUnreadable({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writable && !isAnswering(socket))
    socket.write(textOf(brokenRequest(STATUS_OF_CODE.get(code) ?? 400)));
  socket.destroy();
}

/** Whether the socket carries a part of another answer, such as a stream. Node keeps its current answer here. */
function isAnswering(socket: Duplex): boolean {
  const { _httpMessage: answer } = socket as Duplex & { readonly _httpMessage?: unknown };
  return answer instanceof ServerResponse && answer.headersSent;
}

function textOf(refusal: HttpRefusal): string {
  const body = refusalJson(refusal);
  const lines = [
    `HTTP/1.1 ${refusal.http} ${refusal.status}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
