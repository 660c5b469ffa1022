import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { OperationsClient } from './api/operations-client.ts';
import type { Connection } from './api/watch.ts';
import type { ConsoleConfig } from './config.ts';
import { type Router, startRouter } from './routing.ts';

export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly href?: string;
}

/** The objects that all parts of the page share. main.tsx creates them once. */
export interface Console {
  readonly config: ConsoleConfig;
  readonly client: OperationsClient;
  readonly router: Router;
  readonly connection: Signal<Connection>;
  /** The current time, updated every second: milliseconds since the epoch. */
  readonly now: ReadonlySignal<number>;
  readonly notices: Signal<readonly Notice[]>;
  readonly helpShown: Signal<boolean>;
  notify(notice: Omit<Notice, 'id'>): void;
}

const NOTICE_MS = 8_000;

export function createConsole(config: ConsoleConfig, window: Window): Console {
  const now = signal(Date.now());
  window.setInterval(() => {
    if (window.document.visibilityState === 'visible') now.value = Date.now();
  }, 1_000);
  const notices = signal<readonly Notice[]>([]);
  let notified = 0;
  return {
    config,
    client: new OperationsClient(config.token),
    router: startRouter(window),
    connection: signal<Connection>({ kind: 'CONNECTING' }),
    now,
    notices,
    helpShown: signal(false),
    notify(notice) {
      const id = ++notified;
      notices.value = [...notices.value, { ...notice, id }];
      window.setTimeout(() => {
        notices.value = notices.value.filter((other) => other.id !== id);
      }, NOTICE_MS);
    },
  };
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (!found) throw new Error('There is no console around this component.');
  return found;
}
