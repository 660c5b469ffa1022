// The licences of what a bundle holds.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The licences of the packages whose code is in the bundle, which ask to be handed on with it. */
export async function licencesOf(folder, files) {
  const packages = new Set(files.flatMap((file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []));
  const texts = await Promise.all([...packages].sort().map((path) => licenceOf(join(folder, path))));
  return texts.join(`\n${'-'.repeat(80)}\n`);
}

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), 'utf8') : '';
  return `${name} ${version}: ${license}\n\n${text}`;
}
