import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useConsole } from './console-context.ts';
import { ListPage } from './list/list-page.tsx';
import { OperationPage } from './operation/operation-page.tsx';
import { keepFocus } from './parts/focus-keeper.ts';
import { Help } from './parts/help.tsx';
import { Icon } from './parts/icons.tsx';
import { Notices } from './parts/notices.tsx';
import { SystemPage } from './system/system-page.tsx';
import { THEMES, type Theme } from './theme.ts';

export function App({ theme }: { theme: Signal<Theme> }) {
  const { router, helpShown } = useConsole();
  const route = router.route.value;
  useKeys();
  useEffect(() => keepFocus(document), []);
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <img src="/console/icon.svg" alt="" width="22" height="22" />
          <span>lro-orchestrator</span>
        </a>
        <nav aria-label="Pages">
          <a href="/" aria-current={route.page === 'operations' ? 'page' : undefined}>
            Operations
          </a>
          <a href="/system" aria-current={route.page === 'system' ? 'page' : undefined}>
            System
          </a>
        </nav>
        <span class="spring" />
        <ConnectionState />
        <button
          type="button"
          class="icon-button"
          aria-label={`Colours: ${theme.value}. Change.`}
          title={`Colours: ${theme.value}`}
          onClick={() => {
            theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto';
          }}
        >
          <Icon name="theme" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Keys and help"
          title="Keys and help ( ? )"
          onClick={() => {
            helpShown.value = true;
          }}
        >
          <Icon name="help" />
        </button>
      </header>
      <div id="content" class="content">
        {route.page === 'operations' && <ListPage filter={route.filter} />}
        {route.page === 'operation' && <OperationPage key={route.name} name={route.name} />}
        {route.page === 'system' && <SystemPage />}
        {route.page === 'unknown' && (
          <main class="empty">
            <h1>There is no page here</h1>
            <p>
              <a href="/">All operations</a>
            </p>
          </main>
        )}
      </div>
      <Help />
      <Notices />
    </>
  );
}

/** Says in words, and not only by colour, whether the page shows the current state. */
function ConnectionState() {
  const { connection, now } = useConsole();
  const state = connection.value;
  const seconds = state.kind === 'LOST' ? Math.max(0, Math.ceil((state.retryTime - now.value) / 1_000)) : 0;
  const text = {
    CONNECTING: 'Connecting',
    LIVE: 'Live',
    PAUSED: 'Paused',
    LOST: `Connection lost, trying again${seconds > 0 ? ` in ${seconds} s` : ''}`,
  }[state.kind];
  return (
    <span
      class={`connection ${state.kind.toLowerCase()}`}
      role="status"
      title={state.kind === 'LOST' ? state.reason : ''}
    >
      <span class="dot" aria-hidden="true" />
      {text}
    </span>
  );
}

/** Keyboard shortcuts, which do not apply while the user types text. */
function useKeys(): void {
  const { router, helpShown } = useConsole();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const typing = target.closest('input, textarea, select, dialog, [contenteditable]');
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '/') document.getElementById('filter')?.focus();
      else if (event.key === '?') helpShown.value = true;
      else if (event.key === 'g') router.go('/');
      else if (event.key === 's') router.go('/system');
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [router, helpShown]);
}
