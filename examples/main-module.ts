import { pathToFileURL } from 'node:url';

/** Whether the module with this `import.meta.url` is the program, and not only imported by one. */
export function isMain(url: string): boolean {
  return url === pathToFileURL(process.argv[1] ?? '').href;
}
