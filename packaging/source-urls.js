// In a bundle, `import.meta.url` stays that of the file that says it, because SQL and other files are found by it.
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { transform } from 'esbuild';

const SOURCE_URL = '__sourceUrl';

/** A plugin of esbuild. The output is in a folder of `folder`, and the files keep their places in `folder`. */
export function sourceUrls(folder) {
  return {
    name: 'source-urls',
    setup(esbuild) {
      esbuild.onLoad({ filter: /\.js$/ }, async ({ path }) => {
        if (path.includes('node_modules')) return undefined;
        const source = await readFile(path, 'utf8');
        if (!source.includes('import.meta.url')) return undefined;
        const place = JSON.stringify(join('..', relative(folder, path)));
        // By esbuild first, which leaves texts as they are: `lro init` writes a file that says `import.meta.url`.
        const { code } = await transform(source, { define: { 'import.meta.url': SOURCE_URL } });
        return { contents: code.replaceAll(SOURCE_URL, `new URL(${place}, import.meta.url).href`) };
      });
    },
  };
}
