/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { ServerResponse } from 'node:http';
import type { WatchedChange } from './watched-change.ts';

/** The largest number of unread bytes. A slower client is disconnected, and continues from its last id or starts again. */
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

  /** The number of bytes that the client has not read yet and that this process keeps for it. */
  get unreadBytes(): number {
    return this.#response.writableLength;
  }

  /** Answers 200, and sends the id from which the client continues if nothing changes. */
  begin(position: string): void {
    this.#response.statusCode = 200;
    this.#response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    // Keeps proxies from buffering events.
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

  /** Advances the id without an event, and keeps proxies from closing an idle connection. */
  heartbeat(position: string): void {
    this.#write(position, ': heartbeat\n');
  }

  /** Ends the stream. The client reconnects with its last id. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#response.end();
  }

  /** Disconnects a client that reads too slowly. */
  cutOff(): void {
    this.#open = false;
    this.#response.destroy();
  }

  #write(position: string, lines: string): void {
    if (!this.#open) return;
    this.#position = position;
    this.#response.write(`id: ${position}\n${lines}\n`);
    if (this.unreadBytes > MAX_UNREAD_BYTES) this.cutOff();
  }
}
