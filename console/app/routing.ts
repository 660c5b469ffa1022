import { computed, type ReadonlySignal, signal } from '@preact/signals';

export type Route =
  | { readonly page: 'operations'; readonly filter: string }
  | { readonly page: 'operation'; readonly name: string }
  | { readonly page: 'system' }
  | { readonly page: 'unknown'; readonly path: string };

export interface Router {
  readonly route: ReadonlySignal<Route>;
  go(href: string, how?: 'push' | 'replace'): void;
}

/** The address of the page contains its state, so that a reloaded or shared page shows the same. */
export function startRouter(window: Window): Router {
  const href = signal(window.location.href);
  const update = () => {
    href.value = window.location.href;
  };
  window.addEventListener('popstate', update);
  const go: Router['go'] = (to, how = 'push') => {
    if (how === 'push') window.history.pushState(null, '', to);
    else window.history.replaceState(null, '', to);
    update();
  };
  window.document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.('a');
    const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
    if (!link || modified || event.defaultPrevented || link.target || link.hasAttribute('download')) return;
    if (link.origin !== window.location.origin || pageOf(new URL(link.href)).page === 'unknown') return;
    event.preventDefault();
    go(link.href);
    window.scrollTo(0, 0);
  });
  return { route: computed(() => pageOf(new URL(href.value))), go };
}

export function operationHref(name: string): string {
  return `/operations/${encodeURIComponent(name.replace(/^operations\//, ''))}`;
}

export function operationsHref(filter: string): string {
  return filter === '' ? '/' : `/?${new URLSearchParams({ filter })}`;
}

function pageOf({ pathname, searchParams }: URL): Route {
  if (pathname === '/') return { page: 'operations', filter: searchParams.get('filter') ?? '' };
  if (pathname === '/system') return { page: 'system' };
  const [, id] = /^\/operations\/([^/]+)$/.exec(pathname) ?? [];
  if (id === undefined) return { page: 'unknown', path: pathname };
  return { page: 'operation', name: `operations/${decoded(id)}` };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
