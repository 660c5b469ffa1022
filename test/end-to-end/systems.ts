/** The end-to-end tests run on every kind of system from the same files. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { startEmulatedSystem } from '../../local/emulated/emulated-system.ts';
import type { LocalSystem, SystemOptions } from '../../local/system.ts';
import { Observer } from './observer.ts';

interface SystemKind {
  readonly name: string;
  readonly available: boolean;
  start(options: SystemOptions): Promise<LocalSystem>;
}

const spannerHost = inject('spannerEmulatorHost');
const pubsubHost = inject('pubsubEmulatorHost');

const KINDS: readonly SystemKind[] = [
  {
    name: 'embedded',
    available: true,
    start: (options) => startEmbeddedSystem({ logLevel: 'error', ...options }),
  },
  {
    name: 'on the emulators',
    available: spannerHost !== undefined && pubsubHost !== undefined,
    start: (options) =>
      startEmulatedSystem({
        ...options,
        spannerHost: spannerHost ?? '',
        pubsubHost: pubsubHost ?? '',
        project: `e2e-${randomUUID().slice(0, 8)}`,
      }),
  },
];

export interface Subject {
  readonly system: LocalSystem;
  readonly observer: Observer;
}

/** Starts a system of each kind for the tests that `define` gives, and stops it after them. */
export function onEverySystem(
  title: string,
  options: SystemOptions,
  define: (subject: () => Subject) => void,
): void {
  for (const kind of KINDS) {
    describe.skipIf(!kind.available)(`${title} ${kind.name}`, () => {
      let subject: Subject;
      beforeAll(async () => {
        const system = await kind.start(options);
        subject = { system, observer: await Observer.of(system) };
      });
      afterAll(() => subject?.system.stop());
      define(() => subject);
    });
  }
}
