import { effect, type Signal, signal } from '@preact/signals';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'console-theme';

/** `auto` is what the machine says; a choice is kept in this browser. */
export function startTheme(window: Window): Signal<Theme> {
  const theme = signal<Theme>(stored(window));
  effect(() => {
    window.document.documentElement.dataset.theme = theme.value;
    try {
      window.localStorage.setItem(KEY, theme.value);
    } catch {
      // A browser that keeps nothing asks again the next time.
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
