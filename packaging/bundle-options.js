import { sourceUrls } from './source-urls.js';

/** The options of esbuild for ES modules of `folder`, of which those that several entries use are in files of their own. */
export function bundleOptions(folder) {
  return {
    absWorkingDir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minifySyntax: true,
    logLevel: 'warning',
    plugins: [sourceUrls(folder)],
  };
}
