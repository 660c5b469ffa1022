import { pathToFileURL } from 'node:url';

/** Whether the module with this `import.meta.url` is the main program, not one that another module imports. */
export function isMain(url: string): boolean {
  return url === pathToFileURL(process.argv[1] ?? '').href;
}
