/** What a file of the built package imports: at once, or by an `import()` that some call makes. */
import { build } from 'esbuild';

export interface EntryImports {
  /** The packages. */
  readonly atOnce: readonly string[];
  readonly later: readonly string[];
  /** The files of this package that are loaded at once, with the entry itself. */
  readonly ownFiles: readonly string[];
}

export async function importsOf(file: string): Promise<EntryImports> {
  const { metafile } = await build({
    ...{ entryPoints: [file], absWorkingDir: '/', outdir: '/unused', write: false, metafile: true },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', packages: 'external' },
  });
  const { inputs } = metafile;
  const atOnce = new Set<string>();
  const later = new Set<string>();
  /** By path, whether it was reached by an `import()` only. */
  const seen = new Map<string, boolean>();
  const visit = (path: string, isLazy: boolean) => {
    if (seen.get(path) === false || (isLazy && seen.has(path))) return;
    seen.set(path, isLazy);
    for (const { path: imported, kind, external } of inputs[path]?.imports ?? []) {
      const lazy = isLazy || kind === 'dynamic-import';
      if (!external) visit(imported, lazy);
      else if (!imported.startsWith('node:')) (lazy ? later : atOnce).add(packageOf(imported));
    }
  };
  const entry = Object.keys(inputs).find((path) => file.endsWith(path));
  if (entry === undefined) throw new Error(`${file} is no input of its own bundle`);
  visit(entry, false);
  return {
    atOnce: [...atOnce].sort(),
    later: [...later].filter((name) => !atOnce.has(name)).sort(),
    ownFiles: [...seen].filter(([, isLazy]) => !isLazy).map(([path]) => path),
  };
}

/** `@google-cloud/pubsub` of `@google-cloud/pubsub/build/…`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
