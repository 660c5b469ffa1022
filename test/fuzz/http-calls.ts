/** Makes HTTP calls, and checks that no answer reveals a fault. */
import { type Agent, request as httpRequest } from 'node:http';

export interface HttpCall {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** The time after which a waiting call is ended, in milliseconds. */
const HELD_MS = 60;
const HELD = /:wait|:watch|:pull$|callbacks/;
const ANSWER_MS = 20_000;

/** Resolves with undefined if the call was ended while it waited. */
export function send(port: number, agent: Agent, call: HttpCall): Promise<Answer | undefined> {
  const { method, path, headers, body } = call;
  return new Promise((resolve, reject) => {
    const isHeld = HELD.test(path.split('?')[0] ?? '');
    const limit = setTimeout(
      () => {
        request.destroy();
        if (isHeld) resolve(undefined);
        else reject(new Error(`has no answer after ${ANSWER_MS} ms`));
      },
      isHeld ? HELD_MS : ANSWER_MS,
    );
    const end = (act: () => void) => {
      clearTimeout(limit);
      act();
    };
    const request = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => end(() => (isHeld ? resolve(undefined) : reject(error))));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const type = response.headers['content-type'] ?? '';
        end(() => resolve({ status: response.statusCode ?? 0, type, text }));
      });
    });
    request.on('error', (error) => end(() => (isHeld ? resolve(undefined) : reject(error))));
    request.end(body);
  });
}

/** @throws Error for an answer that is a fault of the server */
export function requireHarmless({ status, type, text }: Answer): void {
  if (status >= 500) throw new Error(`is answered ${status}: ${text.slice(0, 500)}`);
  if (/node_modules|\.[jt]s:\d|\\n\s+at /.test(text))
    throw new Error(`shows where it failed: ${text.slice(0, 500)}`);
  if (type.startsWith('application/json') && text !== '') JSON.parse(text);
  if (status >= 400 && text !== '' && !type.startsWith('application/json')) {
    throw new Error(`is answered ${status} as ${type}: ${text.slice(0, 200)}`);
  }
}
