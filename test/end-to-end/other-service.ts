/** Another service's google.longrunning.Operations, whose answers a test decides one by one. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpServer, serve } from '../../local/http-server.ts';

/** What a call gets: a JSON body with a status, or a connection that breaks. */
export type ServiceAnswer = { readonly status: number; readonly body?: unknown } | 'BROKEN_CONNECTION';

export class OtherService {
  /** The names that were asked for, in order. */
  readonly asked: string[] = [];
  readonly #script: (name: string, attempt: number) => ServiceAnswer;
  #server: HttpServer | undefined;

  /** `script` answers the `attempt`-th call, from 1, for an operation. */
  constructor(script: (name: string, attempt: number) => ServiceAnswer) {
    this.#script = script;
  }

  async start(port?: number): Promise<void> {
    this.#server = await serve((request, response) => this.#answer(request, response), port);
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method !== 'POST' || request.url !== '/google.longrunning.Operations/GetOperation') {
      response.writeHead(404).end();
      return;
    }
    const { name } = JSON.parse(Buffer.concat(chunks).toString());
    this.asked.push(name);
    const answer = this.#script(name, this.asked.filter((other) => other === name).length);
    if (answer === 'BROKEN_CONNECTION') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body ?? {}));
  }
}
