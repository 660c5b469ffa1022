// Makes one module of many, so that a program that imports an entry loads a few files of this package instead of up to 400.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.js';

/** Folders with JavaScript that TypeScript has not made, or that is a bundle already. */
const OTHERS = ['bin', 'cjs', join('console', 'dist'), 'deployment'];

/**
 * Replaces the modules in `folder`, which TypeScript has made, by bundles. For each folder of the result, `bundles` has the paths of the
 * modules that a program loads, by the names of their bundles. What several bundles of one folder use is in one file, so that its classes are
 * the same for all of them. `forBrowsers` has the entries of `modules` that are made for browsers, each one file.
 */
export async function bundleEntries(folder, bundles, forBrowsers) {
  const results = await Promise.all([
    ...Object.entries(bundles).map(([name, entries]) => build(options(folder, entries, name))),
    build({
      ...options(folder, forBrowsers, 'modules'),
      ...{ splitting: false, platform: 'browser', plugins: [withoutTokens()] },
    }),
  ]);
  await removeModules(folder);
  for (const { path, contents } of results.flatMap(({ outputFiles }) => outputFiles)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
}

/** A plugin of esbuild. A page needs no token of Google, so its client has no library that fetches one. */
function withoutTokens() {
  const contents = 'export const identityToken = () => async () => undefined;';
  return {
    name: 'without-tokens',
    setup(esbuild) {
      esbuild.onLoad({ filter: /[\\/]identity-token\.js$/ }, () => ({ contents }));
    },
  };
}

function options(folder, entryPoints, outdir) {
  return { ...bundleOptions(folder), entryPoints, outdir, write: false, packages: 'external' };
}

async function removeModules(folder) {
  const files = await readdir(folder, { recursive: true });
  const isOther = (file) => OTHERS.some((other) => file.startsWith(other + sep));
  const modules = files.filter((file) => file.endsWith('.js') && !isOther(file));
  for (const file of modules) await rm(join(folder, file));
}
