/** Server-sent events, as a client of HTTP reads them. */
import { until } from '../setup/until.ts';

export interface WatchedEvent {
  /** From 0 on. */
  readonly index: number;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the case expects
  readonly data: any;
}

export interface EventSource {
  /** The id that the watch began with. */
  readonly beginId: string;
  /** Without `begin`. */
  readonly events: readonly WatchedEvent[];
  readonly ended: boolean;
  /** The first event of which that is true, now or later. */
  received(isIt: (event: WatchedEvent) => boolean): Promise<WatchedEvent>;
  close(): void;
}

/** Resolves once the watch has begun. */
export async function watchEvents(url: string, lastEventId?: string): Promise<EventSource> {
  const stop = new AbortController();
  const response = await fetch(url, {
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    signal: stop.signal,
  });
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  const events: WatchedEvent[] = [];
  let beginId: string | undefined;
  let ended = false;
  const read = async (body: ReadableStream<Uint8Array>) => {
    let rest = '';
    for await (const text of body.pipeThrough(
      new TextDecoderStream() as never,
    ) as unknown as AsyncIterable<string>) {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const [id = '', data] = [field('id'), field('data')];
        if (field('event') === 'begin') beginId = id;
        else if (data !== undefined) events.push({ index: events.length, id, data: JSON.parse(data) });
      }
    }
  };
  void read(response.body)
    .catch(() => undefined)
    .finally(() => {
      ended = true;
    });
  await until('the watch to begin', async () => beginId !== undefined);
  return {
    beginId: beginId ?? '',
    events,
    get ended() {
      return ended;
    },
    async received(isIt) {
      let found: WatchedEvent | undefined;
      await until('the event', async () => {
        found = events.find(isIt);
        return found !== undefined;
      });
      return found as WatchedEvent;
    },
    close: () => stop.abort(),
  };
}
