import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

/** Returns the root of the installed Google Cloud SDK, which contains the emulators. undefined if no `gcloud` is on the PATH. */
export async function sdkRoot(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const gcloud = join(folder, 'gcloud');
    // Package managers put a symbolic link on the PATH. The SDK contains the target of the link.
    if (await isExecutable(gcloud)) return dirname(dirname(await realpath(gcloud)));
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
