/** What Pub/Sub promises, asked of every bus in the same words: the product must not see which one it runs on. */
import { afterAll, beforeAll } from 'vitest';
import { acknowledging } from './contract/acknowledging.ts';
import { beyondEmulator } from './contract/beyond-emulator.ts';
import { busContext } from './contract/context.ts';
import { deadLettering } from './contract/dead-lettering.ts';
import { filtering } from './contract/filtering.ts';
import { ordering } from './contract/ordering.ts';
import { publishing } from './contract/publishing.ts';
import { pulling } from './contract/pulling.ts';
import { pushing } from './contract/pushing.ts';
import { resources } from './contract/resources.ts';

export interface BusUnderTest {
  /** Host and port of its REST interface. */
  readonly host: string;
  stop(): Promise<void>;
}

const CASES = [publishing, pulling, acknowledging, ordering, deadLettering, pushing, resources];

/** The emulator takes filters and ignores them. */
const EMBEDDED_ONLY = [filtering, beyondEmulator];

export function busContract(kind: 'embedded' | 'emulator', start: () => Promise<BusUnderTest>): void {
  let bus: BusUnderTest | undefined;
  const context = busContext(() => bus?.host ?? '');

  beforeAll(async () => {
    bus = await start();
  });

  afterAll(async () => {
    await bus?.stop();
    await context.close();
  });

  for (const cases of CASES) cases(context);
  if (kind === 'embedded') for (const cases of EMBEDDED_ONLY) cases(context);
}
