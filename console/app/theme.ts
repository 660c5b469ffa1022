import { effect, type Signal, signal } from '@preact/signals';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'console-theme';

/** `auto` follows the operating system. The browser stores any other choice. */
export function startTheme(window: Window): Signal<Theme> {
  const theme = signal<Theme>(stored(window));
  effect(() => {
    window.document.documentElement.dataset.theme = theme.value;
    try {
      window.localStorage.setItem(KEY, theme.value);
    } catch {
      // Some browsers refuse to store anything. The choice then lasts until the page is closed.
    }
  });
  return theme;
}

function stored(window: Window): Theme {
  try {
    return THEMES.find((theme) => theme === window.localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}
