/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { ServerResponse } from 'node:http';
import type { WatchedChange } from './watched-change.ts';

/** What may wait for a client to read it. A client that lags further behind goes on from its last id, or starts anew. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/**
 * One watcher's connection.
 *
 * Invariant: nothing is buffered beyond MAX_UNREAD_BYTES. A watcher that is slower is cut off.
 */
export class EventStream {
  readonly #response: ServerResponse;
  #open = true;
  #position = '';

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once('close', () => {
      this.#open = false;
    });
  }

  get open(): boolean {
    return this.#open;
  }

  /** The last id that was sent. */
  get position(): string {
    return this.#position;
  }

  /** Answers 200, and gives the id to go on from where nothing has changed. */
  begin(position: string): void {
    this.#response.statusCode = 200;
    this.#response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    // For proxies that would collect the events into larger pieces.
    this.#response.setHeader('x-accel-buffering', 'no');
    if (this.#response.req.method === 'HEAD') {
      this.end();
      return;
    }
    this.#response.flushHeaders();
    this.#write(position, 'event: begin\ndata: {}\n');
  }

  send({ position, data }: WatchedChange): void {
    this.#write(position, `data: ${data}\n`);
  }

  /** Moves the id on without an event, and keeps what stands between from closing the connection. */
  heartbeat(position: string): void {
    this.#write(position, ': heartbeat\n');
  }

  /** The client comes back with its last id. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#response.end();
  }

  #write(position: string, lines: string): void {
    if (!this.#open) return;
    this.#position = position;
    this.#response.write(`id: ${position}\n${lines}\n`);
    if (this.#response.writableLength <= MAX_UNREAD_BYTES) return;
    this.#open = false;
    this.#response.destroy();
  }
}
