/** What package-lock.json brings in: no code that runs at installation, known licences only, no more packages than argued for. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const lockfile = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(lockfile.packages).filter(([path]) => path !== '');
/** What is taken where the lockfile names no other place. */
const REGISTRY = 'https://registry.npmjs.org/';
/** What the bundle of the functions is made of; the exporters of telemetry come in where a deployment asks for them. */
const deployed = locked.filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional);
const nameOf = (path: string) => path.split('node_modules/').at(-1) ?? path;

/** Packages with an install script, and why it is not needed. package.json denies each of them. */
const INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  protobufjs: 'prints a warning about version ranges, and does nothing else',
  '@bufbuild/buf': 'development: checks that the binary of the platform is there',
  esbuild: 'development: checks that the binary of the platform is there',
};

/** Licences that allow the use in a product under Apache-2.0. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  '(Apache-2.0 AND BSD-3-Clause)',
  '(MIT OR CC0-1.0)',
  'MIT OR Apache-2.0',
]);
/** Packages with another licence, and why that is allowed. */
const OTHER_LICENCES: Readonly<Record<string, string>> = {
  'spdx-exceptions': 'CC-BY-3.0: a list as data',
  'spdx-license-ids': 'CC0-1.0: a list as data',
  'caniuse-lite': 'CC-BY-4.0: a table as data',
  argparse: 'Python-2.0: development only',
  'prelude-ls': 'MIT, which its entry in the lockfile does not say: development only',
};
/** File-level copyleft: nothing of it is in what is shipped. */
const DEVELOPMENT_ONLY = new Set(['MPL-2.0']);

/** DESIGN.md argues for each package that the functions depend on; more than these come in with them. */
const MOST_DEPLOYED = 345;

it('no package runs code at installation: npm is told to skip what a few of them bring', () => {
  const scripted = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => nameOf(path));
  expect(new Set(scripted)).toEqual(new Set(Object.keys(INSTALL_SCRIPTS)));
  const denied = Object.keys(INSTALL_SCRIPTS).map((name) => [name, false]);
  expect(read('package.json').allowScripts).toEqual(Object.fromEntries(denied));
});

it('every package has a licence of the list', () => {
  const others = locked.filter(([path, { license = '', dev }]) => {
    if (LICENCES.has(license) || Object.hasOwn(OTHER_LICENCES, nameOf(path))) return false;
    return !(dev && DEVELOPMENT_ONLY.has(license));
  });
  expect(others.map(([path, { license }]) => `${nameOf(path)}: ${license}`)).toEqual([]);
});

it('every package comes from the npm registry, with its checksum', () => {
  const others = locked.filter(
    ([, { resolved = REGISTRY, integrity }]) => !resolved.startsWith(REGISTRY) || !integrity,
  );
  expect(others.map(([path]) => path)).toEqual([]);
});

it('a deployed function has at most the counted number of packages', () => {
  expect(deployed.length).toBeGreaterThan(0);
  expect(deployed.length).toBeLessThanOrEqual(MOST_DEPLOYED);
});
