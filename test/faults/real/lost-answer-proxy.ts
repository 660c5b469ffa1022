/**
 * A proxy in front of a gRPC service whose answers leave open what has happened: a call reaches the service and is carried out there,
 * but the client gets an error, a reset, a closed connection, or the answer too late. Other calls and streams pass unchanged, also
 * those of HTTP/1.1, which Pub/Sub's emulator has at the same port.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { reply, wholeAnswer } from './whole-answer.ts';

export type Answer =
  /** The call is carried out, and the client gets this error. */
  | { readonly kind: 'status'; readonly code: number; readonly message: string }
  /** The call is not carried out, and the client gets this error. */
  | { readonly kind: 'refusal'; readonly code: number; readonly message: string }
  /** The call is carried out, and its stream is reset. */
  | { readonly kind: 'reset' }
  /** The call is carried out, and the connection is closed. */
  | { readonly kind: 'hangUp' }
  /** The call is carried out, and answered only after this time. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The stream is reset after its first data. */
  | { readonly kind: 'cut' };

/** Chooses the answer to a call, by its method, such as `Commit`. undefined: the answer of the service. */
export type AnswerTo = (method: string) => Answer | undefined;

export class LostAnswerProxy {
  readonly #target: string;
  readonly #answerTo: AnswerTo;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: string, answerTo: AnswerTo) {
    this.#target = target;
    this.#answerTo = answerTo;
    const http2 = createHttp2Server();
    http2.on('session', (session) => {
      const service = connect(`http://${target}`);
      service.on('error', () => session.destroy()).on('close', () => session.destroy());
      session.on('error', () => service.destroy()).on('close', () => service.destroy());
      session.on('stream', (stream, headers) => this.#call(service, stream, headers));
    });
    const http1 = createHttpServer((asked, answer) => this.#restCall(asked, answer));
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      socket.once('readable', () => {
        const first: Buffer | null = socket.read();
        if (first === null) return;
        socket.unshift(first);
        const isHttp2 = first.toString('latin1').startsWith('PRI');
        (isHttp2 ? http2 : http1).emit('connection', socket);
      });
    });
  }

  static async start(target: string, answerTo: AnswerTo): Promise<LostAnswerProxy> {
    const proxy = new LostAnswerProxy(target, answerTo);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** For SPANNER_EMULATOR_HOST or PUBSUB_EMULATOR_HOST. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #call(
    service: ClientHttp2Session,
    stream: ServerHttp2Stream,
    { connection: _, ...headers }: IncomingHttpHeaders,
  ): void {
    stream.on('error', () => undefined);
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    const answer = this.#answerTo(method);
    if (answer?.kind === 'refusal') {
      stream.resume();
      refuse(stream, answer);
      return;
    }
    const asked = service.request(headers);
    stream.pipe(asked);
    if (!answer || answer.kind === 'cut') {
      passOn(asked, stream, answer?.kind === 'cut');
      return;
    }
    wholeAnswer(asked).then(
      (whole) => {
        if (answer.kind === 'hangUp') stream.session?.destroy();
        else if (answer.kind === 'reset') stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        else if (answer.kind === 'status') refuse(stream, answer);
        else setTimeout(() => reply(stream, whole), answer.ms);
      },
      () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    );
  }

  /** A call of Pub/Sub's REST interface, such as `POST …/topics/t:publish`. */
  #restCall(asked: IncomingMessage, answer: ServerResponse): void {
    const fault = this.#answerTo(asked.url?.split(':').at(-1) ?? '');
    const { method, headers, url: path } = asked;
    const [host, port] = this.#target.split(':');
    const forwarded = request({ host, port, path, method, headers }, (response) => {
      response.on('error', () => answer.destroy());
      if (!fault) {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
        return;
      }
      response.resume().on('end', () => {
        if (fault.kind === 'status' || fault.kind === 'refusal') answer.writeHead(503).end();
        else answer.destroy();
      });
    });
    forwarded.on('error', () => answer.destroy());
    answer.on('close', () => forwarded.destroy());
    asked.pipe(forwarded);
  }
}

/** Passes an answer on as it comes. */
function passOn(asked: ClientHttp2Stream, stream: ServerHttp2Stream, cut: boolean): void {
  let trailers: IncomingHttpHeaders = {};
  asked.on('response', (headers, flags) => {
    if (stream.destroyed || stream.headersSent) return;
    // gRPC says some errors in the headers only.
    if (flags & constants.NGHTTP2_FLAG_END_STREAM) stream.respond(headers, { endStream: true });
    else stream.respond(headers, { waitForTrailers: true });
  });
  asked.on('trailers', (found) => {
    trailers = found;
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  // If one side cancels a call, the other side is told.
  stream.on('close', () => asked.close(constants.NGHTTP2_CANCEL));
  asked.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  if (cut) asked.once('data', () => setImmediate(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR)));
  asked.pipe(stream);
}

function refuse(
  stream: ServerHttp2Stream,
  { code, message }: { readonly code: number; readonly message: string },
): void {
  if (stream.destroyed || stream.closed) return;
  const headers = {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    'grpc-message': message,
  };
  stream.respond(headers, { endStream: true });
}
