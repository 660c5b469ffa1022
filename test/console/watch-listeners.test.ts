/** The watch of the console, which reconnects about once a minute for as long as a page is open. */
import { getEventListeners } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import { until } from '../setup/until.ts';

/** Not a literal in the import: the types of a browser are not those of the tests. */
const WATCH = '../../console/app/api/watch.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('has one listener for the end of the page, however often it has connected again', async () => {
  const { watch } = await import(WATCH);
  let connections = 0;
  const listeners: number[] = [];
  const page = new AbortController();
  vi.stubGlobal('document', { visibilityState: 'visible', addEventListener() {}, removeEventListener() {} });
  vi.stubGlobal('fetch', async () => {
    connections++;
    listeners.push(getEventListeners(page.signal, 'abort').length);
    return new Response('event: begin\ndata: {}\n\n');
  });
  const ignore = () => {};
  const connection = { value: { kind: 'CONNECTING' } };
  const options = { filter: '', connection, onChange: ignore, onBegin: ignore, onRefused: ignore };
  const watching = watch(options, page.signal);
  await until('the fourth connection', async () => connections > 3);
  page.abort();
  await watching;
  expect(new Set(listeners)).toEqual(new Set([1]));
});
