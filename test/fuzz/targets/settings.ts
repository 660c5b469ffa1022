/** The environment of the functions: any text in any setting is read, or refused with the name of the setting. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { gateOptions } from '../../../functions/access-settings.ts';
import { readSettings } from '../../../functions/settings.ts';
import { damaged, hostileText } from '../inputs/hostile.ts';
import type { Target } from '../target.ts';

type Environment = Readonly<Record<string, string>>;

const REQUIRED: Environment = { PROJECT_ID: 'p', RESUME_URL: 'https://resume.example.com' };
const SOURCES = ['settings', 'access-settings'].map((name) =>
  readFileSync(new URL(`../../../functions/${name}.ts`, import.meta.url), 'utf8'),
);
/** As the sources declare them. Those that name a file are left out: the file would be read. */
const NAMES = [
  ...new Set(
    SOURCES.flatMap((text) => [...text.matchAll(/^ {2,4}([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name)),
  ),
].filter((name) => name !== 'ACCESS_POLICY' && name !== 'ACCESS_MODULE');
const lists = fc.constantFrom(
  'jobs.example.com,*.example.org',
  'operation-lifecycle-a=a-,operation-lifecycle-b=b-',
  'jobs.example.com=https://audience.example.com',
  'a@b.iam.gserviceaccount.com',
  'a.'.repeat(20_000),
  ',='.repeat(20_000),
  `operation-lifecycle-${'a'.repeat(50_000)}=a-`,
);
const value = fc.oneof(lists, damaged(lists), hostileText, fc.constantFrom('on', 'off', '60', '0.5', '1e3'));

export const SETTINGS: Target<Environment> = {
  name: 'settings',
  async open() {
    return {
      inputs: fc
        .dictionary(fc.constantFrom(...NAMES), value, { minKeys: 1, maxKeys: 3 })
        .map((some) => ({ ...REQUIRED, ...some })),
      async feed(environment) {
        const names = Object.keys(environment);
        const read = async (how: () => unknown) => {
          try {
            await how();
            return 'read';
          } catch (error) {
            const { name, message } = error as Error;
            if (name !== 'Error' || !names.some((one) => message.includes(one))) throw error;
            return 'refused';
          }
        };
        return `${await read(() => readSettings(environment))}, ${await read(() => gateOptions(environment))}`;
      },
      show: (environment) => JSON.stringify(environment).slice(0, 2_000),
      close: async () => {},
    };
  },
};
